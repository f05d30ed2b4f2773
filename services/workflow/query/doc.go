// Package query is the query language inside of a definition: chains of
// operations on a value, and statements that are true or false.
//
// What a definition holds is parsed once, with every problem and its path, into
// [Operations], [Statement] and [Cases]; those are immutable and may be evaluated
// side by side. The semantics are those of the language's reference, which are
// Python's: texts of values, truth, rounding, slices, equality (1 == 1.0 == true).
//
// Two things differ. Regular expressions are RE2's, whose time is linear in the
// text: look-around and back-references are refused when parsed. And evaluation
// is bounded, because definitions come from strangers: see the limits in
// limits.go.
package query

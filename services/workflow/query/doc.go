// Package query implements the query language of definitions: chains of operations on a
// value, and statements that are true or false.
//
// A definition's queries are parsed once, with every problem and its path, into
// [Operations], [Statement] and [Cases]. These are immutable and safe for concurrent use.
// The semantics are Python's, as in Roboflow's engine: texts of values, truth, rounding,
// slices, equality (1 == 1.0 == true).
//
// Two things differ. Regular expressions are RE2's, whose time is linear in the text, so
// the parser refuses look-around and back-references. Evaluation is bounded, because
// definitions come from strangers; see limits.go.
package query

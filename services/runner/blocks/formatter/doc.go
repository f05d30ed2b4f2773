// Package formatter has the blocks that make plain values out of other values,
// with the query language or by themselves. They reach nothing outside of a run.
package formatter

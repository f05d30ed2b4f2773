// Package formatter has the blocks that compute plain values from other values. They have
// no effect outside of a run.
package formatter

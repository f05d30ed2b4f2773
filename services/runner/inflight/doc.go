// Package inflight owns the runs that are in progress on this runner: their places, their leases
// and their end when the runner stops.
//
// It refuses a run for which there is no place before anything was authorised, and it refuses to
// let a run continue whose rights were withdrawn or cannot be confirmed. It does not know what a run
// does.
package inflight

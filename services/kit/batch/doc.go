// Package batch collects the calls of callers that arrive at about the same time, so that many
// share one round trip, one statement or one flush of a disk.
//
// It owns the waiting, the size of batches and what a caller gets when it leaves, when the work
// panics or when one item spoils it for all. It starts no goroutine: the first caller of a batch
// does the work for all of them. It refuses to let the context of one caller decide about the
// items of others.
//
// A caller is in one of these states:
//
//	          join                taken by the leader             work returns
//	Do ------------> waiting ------------------------> started ----------------> answered
//	                    |
//	                    | context ends: ErrNotStarted
//	                    v
//	                withdrawn
package batch

// Package batch collects the calls of concurrent callers, so that many calls share one
// round trip, one statement or one flush of a disk.
//
// It owns the waiting, the size of batches, and the outcome for a caller that leaves, for
// work that panics and for an item that fails the whole batch. It starts no goroutine: the
// first caller of a batch works for all of them. The context of one caller never affects
// the items of others.
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

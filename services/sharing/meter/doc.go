// Package meter counts runs and their pictures against limits, in Redis, so that a limit is never
// exceeded and never lastingly wrong.
//
// A scope is what a limit is on: an owner key, a share, one visitor of a share.
// Its counters are those of one generation, a random name that a pointer key
// holds:
//
//	{scope}:g        the pointer: the name of the live generation
//	{scope}:<G>      a hash: runs of this day, of this month, of all time, and the
//	                 same of pictures
//	{scope}:<G>:r    a sorted set: the runs that are reserved with their numbers of
//	                 pictures, by start
//
// A reservation increments both. One that finds more than the limit is undone and refused,
// so that it never admits too many. There is no Lua and no transaction, and every command
// touches one key. These rules make it correct:
//
//   - A generation is built from the ledger under a name of its own and then put
//     into place by a rename that only one replica can win, and that fails if
//     Redis was emptied after the ledger was read.
//   - The pointer is read after the increment, in one pipeline. An increment of a
//     generation that is not the live one does not count.
//   - After the run's row is durable the reservation is confirmed. If the
//     generation changed meanwhile, the run is either among those that the new
//     one was built with, or it has to reserve again.
//   - A reservation whose process died before the row was written is found by its
//     age and taken back.
//
// A generation expires after an hour. The next one is built from the ledger, which corrects
// even if Redis has lost data in a failover or a restore.
package meter

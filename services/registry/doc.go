// Package registry owns models: their immutable versions, their artifacts, and
// who may use them.
//
// An artifact comes in by a stream, is hashed on its way, and is opened once in a
// model worker before its version counts as ready. It goes out to a runner with a
// run grant that lists it, and to nobody else: no method gives weights to a
// client, not to their owner either.
//
// What no version names any more is deleted at once, and what that misses by a crash or
// by a bucket that is away a day later (see Run).
package registry

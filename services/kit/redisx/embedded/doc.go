// Package embedded is a Redis server inside of the process, for one machine and for tests.
// Separate programs do not link it, because their replicas need a server that they share.
//
// It does not evict keys, so callers must bound what they store.
package embedded

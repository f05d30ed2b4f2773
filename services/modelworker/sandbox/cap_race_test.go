//go:build race

package sandbox

import "golang.org/x/sys/unix"

// The race detector maps terabytes of shadow memory, which any cap would count: a
// program built with it cannot be capped, so this one part is left to builds
// without it.
const (
	memoryCap = unix.RLIM_INFINITY
	capped    = false
)

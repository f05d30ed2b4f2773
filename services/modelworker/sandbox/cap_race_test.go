//go:build race

package sandbox

import "golang.org/x/sys/unix"

// The race detector maps terabytes of shadow memory, which a cap would count. So a program
// built with it cannot have a cap, and only builds without it test this part.
const (
	memoryCap = unix.RLIM_INFINITY
	capped    = false
)

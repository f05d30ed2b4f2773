//go:build !race

package sandbox

// memoryCap is the probe's limit; capped says that it has one.
const (
	memoryCap = 256 << 20
	capped    = true
)

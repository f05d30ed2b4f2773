//go:build !race

package sandbox

// memoryCap is the limit of the probe; capped reports that it has one.
const (
	memoryCap = 256 << 20
	capped    = true
)

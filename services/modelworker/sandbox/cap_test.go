//go:build !race

package sandbox

// memoryCap is what the probe is allowed; capped says that it is.
const (
	memoryCap = 256 << 20
	capped    = true
)

package lifecycle

import (
	"os"
	"runtime/debug"
)

// collectAt lets the heap grow to three times what lives before it is collected. Of a
// service little lives, and nearly all that a call allocates is garbage when it ends:
// by Go's own measure, twice, the collector would take a tenth of the processor time.
const collectAt = 200

// collectLess sets it, unless whoever started the process has said otherwise.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}

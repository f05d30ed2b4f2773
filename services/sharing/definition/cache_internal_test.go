package definition

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// The cache must not keep hundreds of definitions of a megabyte.
func TestFewLongAnalysesAreKept(t *testing.T) {
	t.Parallel()
	c := NewCache(manifest.Core())
	long := strings.Repeat("x", 900_000)
	for i := range 30 {
		raw := fmt.Appendf(nil, `{"version":"1.0","inputs":[],"steps":[],"outputs":[],"%d%s":0}`, i, long)
		c.Of(raw, Hash(raw))
		kept := 0
		for _, a := range c.kept {
			kept += len(a.Raw)
		}
		if len(c.kept) == 0 || kept > maxKeptBytes || kept != c.bytes {
			t.Fatalf("%d bytes of definitions are kept, %d counted", kept, c.bytes)
		}
	}
}

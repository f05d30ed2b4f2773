package compiled

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks"
)

// The cache of definitions is bounded by their length, not only by their number: anyone
// with a key may run long ones until the budget is exhausted.
func TestFewLongDefinitionsAreKept(t *testing.T) {
	t.Parallel()
	c := New(1000, blocks.All())
	long := strings.Repeat("x", 250_000)
	for i := range 40 {
		definition := fmt.Appendf(nil, `{"version":"1.0","inputs":[],"steps":[
			{"type":"roboflow_core/string_template@v1","name":"a%d","template":"%s"},
			{"type":"roboflow_core/string_template@v1","name":"b","template":"%s"},
			{"type":"roboflow_core/string_template@v1","name":"c","template":"%s"}],
			"outputs":[{"type":"JsonField","name":"out","selector":"$steps.b.output"}]}`, i, long, long, long)
		sum := sha256.Sum256(definition)
		if _, err := c.Get(t.Context(), definition, hex.EncodeToString(sum[:])); err != nil {
			t.Fatal(err)
		}
	}
	c.cache.CleanUp()
	if n := c.cache.EstimatedSize(); n == 0 || n > 25 {
		t.Errorf("%d definitions of 750 KB are kept", n)
	}
}

package withholding

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// The memory for guards is bounded, however many credentials are used.
func TestGuardsKeepALimitedAmount(t *testing.T) {
	t.Parallel()
	g := newGuards()
	for i := range 60 {
		// The longest credentials have the largest tables.
		noise := make([]byte, 12<<10)
		_, _ = rand.Read(noise)
		set, err := g.get(fmt.Sprint("credential ", i), "1", secret.FromString(base64.StdEncoding.EncodeToString(noise)))
		if err != nil {
			t.Fatal(err)
		}
		if again, err := g.get(fmt.Sprint("credential ", i), "1", secret.Secret{}); err != nil || again != set {
			t.Fatalf("a guard that was just used is not kept: %v", err)
		}
		total := 0
		for e := g.order.Front(); e != nil; e = e.Next() {
			total += e.Value.(*compiled).bytes
		}
		if total != g.bytes || total > maxGuardBytes || len(g.sets) != g.order.Len() {
			t.Fatalf("after %d: %d bytes in %d guards, counted as %d", i+1, total, g.order.Len(), g.bytes)
		}
	}
	if n := g.order.Len(); n == 0 || n == 60 {
		t.Errorf("%d guards are kept: the bound does nothing", n)
	}
	for i := range 60 {
		g.drop(fmt.Sprint("credential ", i))
	}
	if g.bytes != 0 || g.order.Len() != 0 || len(g.sets) != 0 {
		t.Errorf("dropped, and %d bytes in %d guards are left", g.bytes, g.order.Len())
	}
}

// A caller that looks for a guard between its entry and its compilation must not leave the entry without a guard: then
// no answer with that credential would be searched.
func TestAGuardThatIsLookedForEarlyIsCompiled(t *testing.T) {
	t.Parallel()
	g := newGuards()
	value := []secret.Secret{secret.FromString("sk-live-" + rand.Text())}
	entry := g.entry("credential\t1", value)
	if g.known("credential", "1") == nil {
		t.Error("the guard of an entry is not known")
	}
	if set, err := g.get("credential", "1", value[0]); set == nil || err != nil {
		t.Errorf("the caller that compiles got %v, %v", set, err)
	}
	if entry.bytes == 0 || g.bytes != entry.bytes {
		t.Errorf("the guard counts %d bytes of %d", entry.bytes, g.bytes)
	}
}

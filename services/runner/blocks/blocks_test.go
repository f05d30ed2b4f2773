package blocks_test

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// The catalogue says that a block can run if and only if the runner has it.
func TestEveryManifestThatRunsHasABlock(t *testing.T) {
	t.Parallel()
	all := blocks.All()
	described := map[string]bool{}
	for _, m := range manifest.Core().All() {
		described[m.Type] = true
		if m.Runs() != (all[m.Type] != nil) {
			t.Errorf("%s: the manifest says runs=%v, the runner has a block: %v", m.Type, m.Runs(), all[m.Type] != nil)
		}
	}
	for name := range all {
		if !described[name] {
			t.Errorf("%s has a block and no manifest", name)
		}
	}
}

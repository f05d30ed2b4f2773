package blocks_test

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// What can be saved can be run, and what can be run is described.
func TestEveryManifestHasABlock(t *testing.T) {
	t.Parallel()
	all := blocks.All()
	described := map[string]bool{}
	for _, m := range manifest.Core().All() {
		described[m.Type] = true
		if all[m.Type] == nil {
			t.Errorf("%s has a manifest and no block", m.Type)
		}
	}
	for name := range all {
		if !described[name] {
			t.Errorf("%s has a block and no manifest", name)
		}
	}
}

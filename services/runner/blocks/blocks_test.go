package blocks_test

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// The catalogue says that a block can run if and only if the runner implements it.
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

// No block refuses a constant that its manifest offers. If a block cannot run with one, the
// manifest must say so (not_runnable_with), so that the run is refused before anything is
// reserved.
func TestBlocksTakeTheChoicesOfTheirManifests(t *testing.T) {
	t.Parallel()
	all := blocks.All()
	for _, m := range manifest.Core().All() {
		if !m.Runs() {
			continue
		}
		fields := map[string]any{}
		for i := range m.Fields {
			fields[m.Fields[i].Name] = m.Fields[i].Default.Value
		}
		construct := func() error {
			_, err := all[m.Type](engine.Step{Name: "s", Type: m.Type, Fields: fields})
			return err
		}
		if construct() != nil {
			continue // it needs more than the defaults
		}
		for i := range m.Fields {
			f := &m.Fields[i]
			for _, accepted := range f.Accepts {
				for _, choice := range accepted.Enum {
					fields[f.Name] = choice
					if err := construct(); err != nil && m.NotRunnableIn(func(field string) any { return fields[field] }) == nil {
						t.Errorf("%s refuses %s %v: %v", m.Type, f.Name, choice, err)
					}
				}
			}
			fields[f.Name] = f.Default.Value
		}
	}
}

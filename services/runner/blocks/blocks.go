// Package blocks is the catalogue of what this runner can run.
package blocks

import (
	"github.com/keyhole-dev/keyhole/services/runner/blocks/flow"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/formatter"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/model"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/sink"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/transform"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/visualization"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// All lists every block by its type. A block whose manifest is in the language's
// catalogue but which is missing here can be saved and shared, and not run.
func All() engine.Registry {
	return engine.Merge(
		flow.Blocks(),
		formatter.Blocks(),
		model.Blocks(),
		provider.Blocks(),
		sink.Blocks(),
		transform.Blocks(),
		visualization.Blocks(),
	)
}

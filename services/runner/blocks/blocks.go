// Package blocks is the catalogue of blocks that this runner can execute.
package blocks

import (
	"github.com/keyhole-dev/keyhole/services/runner/blocks/classic"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/code"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/detection"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/feature"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/flow"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/formatter"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/fusion"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/measure"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/memory"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/model"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/motion"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/overlay"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/picture"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/pixel"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/sink"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/track"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/transform"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/visualization"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/warp"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/zone"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// All returns the constructors of every block by block type. A block that has a manifest
// but is missing here can be saved and shared, but not run.
func All() engine.Registry {
	return engine.Merge(
		classic.Blocks(),
		code.Blocks(),
		detection.Blocks(),
		feature.Blocks(),
		flow.Blocks(),
		formatter.Blocks(),
		fusion.Blocks(),
		measure.Blocks(),
		memory.Blocks(),
		model.Blocks(),
		motion.Blocks(),
		overlay.Blocks(),
		picture.Blocks(),
		pixel.Blocks(),
		provider.Blocks(),
		sink.Blocks(),
		track.Blocks(),
		transform.Blocks(),
		visualization.Blocks(),
		warp.Blocks(),
		zone.Blocks(),
	)
}

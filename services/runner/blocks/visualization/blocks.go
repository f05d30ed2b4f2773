package visualization

import (
	"sync"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	// The fonts are loaded when a definition first needs them, and shared.
	fonts := sync.OnceValues(func() (*imaging.Fonts, error) { return imaging.NewFonts("") })
	label := func(engine.Step) (engine.Block, error) { return newLabel(fonts) }
	return engine.Registry{
		"roboflow_core/bounding_box_visualization@v1": newBoundingBox,
		"roboflow_core/color_visualization@v1":        newColor,
		"roboflow_core/label_visualization@v1":        label,
		"roboflow_core/label_visualization@v2":        label,
	}
}

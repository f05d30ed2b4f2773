package overlay

import (
	"sync"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	// The fonts are loaded when a definition first needs them, and shared.
	fonts := sync.OnceValues(func() (*imaging.Fonts, error) { return imaging.NewFonts("") })
	return engine.Registry{
		"roboflow_core/grid_visualization@v1":           newGrid,
		"roboflow_core/icon_visualization@v1":           on(drawIcons),
		"roboflow_core/keypoint_visualization@v1":       written(fonts, drawKeypoints),
		"roboflow_core/line_counter_visualization@v1":   written(fonts, drawLine),
		"roboflow_core/polygon_zone_visualization@v1":   on(drawZones),
		"roboflow_core/reference_path_visualization@v1": on(drawPath),
		"roboflow_core/text_display@v1":                 newText(fonts),
	}
}

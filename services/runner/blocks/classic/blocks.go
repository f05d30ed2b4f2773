package classic

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
		"roboflow_core/auto_rotate_on_edges@v1":  on(rotate),
		"roboflow_core/camera-calibration@v1":    on(calibrate),
		"roboflow_core/camera_focus@v1":          newFocus(fonts),
		"roboflow_core/camera_focus@v2":          newTenengrad(fonts),
		"roboflow_core/contours_detection@v1":    on(findContours),
		"roboflow_core/contrast_equalization@v1": on(equalize),
		"roboflow_core/mask_edge_snap@v1":        on(snapMasks),
		"roboflow_core/template_matching@v1":     on(matchTemplate),
	}
}

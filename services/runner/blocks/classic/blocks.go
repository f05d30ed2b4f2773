package classic

import (
	"context"
	"image"
	"sync"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
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

// look works on one picture.
type look func(ctx context.Context, call *engine.Call, picture *value.Image, pixels image.Image) (engine.Outputs, error)

// on makes a block that works on one picture.
func on(work look) engine.Constructor {
	return func(engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
			picture, err := argument.Picture(call, "image")
			if err != nil {
				return engine.None(), err
			}
			pixels, err := picture.Pixels(ctx)
			if err != nil {
				return engine.None(), err
			}
			out, err := work(ctx, call, picture, pixels)
			if err != nil {
				return engine.None(), err
			}
			return engine.One(out), ctx.Err()
		}), nil
	}
}

package motion

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/background_subtraction@v1": newBackground,
		"roboflow_core/motion_detection@v1":       newDetection,
	}
}

// newBackground makes the block that separates what moves from the background: white is
// moving, grey its shadow.
func newBackground(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		picture, mask, _, err := watch(ctx, call)
		if err != nil {
			return engine.None(), err
		}
		return engine.One(engine.Outputs{"image": picture.WithPixels(raster.Colour(mask.Image()))}), nil
	}), nil
}

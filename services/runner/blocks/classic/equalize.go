package classic

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// equalize raises the contrast of a picture.
func equalize(_ context.Context, call *engine.Call, picture *value.Image, pixels image.Image) (engine.Outputs, error) {
	method := argument.Text(call, "equalization_type")
	out, ok := raster.Contrast(pixels, method)
	if !ok {
		return nil, engine.Failf(engine.RuntimeInput, "equalization_type %.60q is not known", method)
	}
	return engine.Outputs{"image": picture.WithPixels(out)}, nil
}

package pixel

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// filter makes a block that turns one picture into another.
func filter(change func(context.Context, *engine.Call, image.Image) (image.Image, error)) engine.Constructor {
	return func(engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
			picture, pixels, err := argument.Pixels(ctx, call, "image")
			if err != nil {
				return engine.None(), err
			}
			changed, err := change(ctx, call, pixels)
			if err != nil {
				return engine.None(), err
			}
			return engine.One(engine.Outputs{"image": picture.WithPixels(changed)}), ctx.Err()
		}), nil
	}
}

// maxWork bounds the pixels that one step reads for one picture. It is a few seconds of work.
const maxWork = 4_000_000_000

// afford refuses a filter that reads too many pixels for each pixel of the picture.
func afford(pixels image.Image, each int) error {
	size := pixels.Bounds().Size()
	if size.X*size.Y > maxWork/max(each, 1) {
		return engine.Failf(engine.LimitsCaused, "kernel_size is too large for a picture of %d by %d pixels; make the kernel or the picture smaller", size.X, size.Y)
	}
	return nil
}

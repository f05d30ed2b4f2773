package classic

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// look works on one picture.
type look func(ctx context.Context, call *engine.Call, picture *value.Image, pixels image.Image) (engine.Outputs, error)

// on makes a block that works on one picture.
func on(work look) engine.Constructor {
	return func(engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
			picture, pixels, err := argument.Pixels(ctx, call, "image")
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

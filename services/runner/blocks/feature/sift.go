package feature

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// newSIFT makes the block that finds the key points of a picture and draws them.
func newSIFT(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		picture, err := argument.Picture(call, "image")
		if err != nil {
			return engine.None(), err
		}
		f, err := find(ctx, picture)
		if err != nil {
			return engine.None(), err
		}
		return engine.One(engine.Outputs{
			"image": picture.WithPixels(f.drawn()), "keypoints": keypoints(f.points), "descriptors": descriptors(f.points),
		}), nil
	}), nil
}

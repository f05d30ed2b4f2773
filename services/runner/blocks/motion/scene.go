package motion

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// scene is the memory of a step for one video.
type scene struct {
	*mixture
	moved bool // in the frame before
}

// watch learns the frame of a call and returns the mask of the foreground. A frame of another
// size starts a new video.
func watch(ctx context.Context, call *engine.Call) (*value.Image, raster.Plane, *scene, error) {
	none := raster.Plane{}
	picture, err := argument.Picture(call, "image")
	if err != nil {
		return nil, none, nil, err
	}
	const most = 1 << 20
	threshold, err := argument.Whole(call, "threshold", 1, most)
	if err != nil {
		return nil, none, nil, err
	}
	history, err := argument.Whole(call, "history", 1, most)
	if err != nil {
		return nil, none, nil, err
	}
	pixels, err := picture.Pixels(ctx)
	if err != nil {
		return nil, none, nil, err
	}
	s := call.State("scene", func() any { return &scene{} }).(*scene)
	if s.mixture == nil || s.w != picture.Width() || s.h != picture.Height() {
		if err := value.Grow(ctx, pixelCost*picture.Width(), picture.Height()); err != nil {
			return nil, none, nil, err
		}
		s.mixture = newMixture(picture.Width(), picture.Height(), threshold, history)
	}
	return picture, s.apply(imaging.Copy(pixels)), s, ctx.Err()
}

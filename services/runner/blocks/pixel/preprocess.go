package pixel

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const (
	// maxSide and maxPixels bound a picture that a step makes. They are the limits of input
	// pictures.
	maxSide   = 16384
	maxPixels = 64_000_000
)

// preprocess resizes, rotates or flips.
func preprocess(ctx context.Context, call *engine.Call, src image.Image) (image.Image, error) {
	switch task := argument.Text(call, "task_type"); task {
	case "resize":
		return resize(ctx, call, src)
	case "rotate":
		return rotate(ctx, call, src)
	case "flip":
		return flip(call, src)
	default:
		return nil, unknown("task_type", task)
	}
}

// resize keeps the proportions if one side is null.
func resize(ctx context.Context, call *engine.Call, src image.Image) (image.Image, error) {
	size := src.Bounds().Size()
	width, err := side(call, "width")
	if err != nil {
		return nil, err
	}
	height, err := side(call, "height")
	if err != nil {
		return nil, err
	}
	switch {
	case width == 0 && height == 0:
		return src, nil
	case width == 0:
		width = max(1, size.X*height/size.Y)
	case height == 0:
		height = max(1, size.Y*width/size.X)
	}
	if err := room(ctx, size, image.Pt(width, height)); err != nil {
		return nil, err
	}
	return raster.Each(src, func(p raster.Plane) raster.Plane { return raster.Resize(p, width, height) }), nil
}

// side returns 0 for null.
func side(call *engine.Call, field string) (int, error) {
	if call.Arg(field) == nil {
		return 0, nil
	}
	return argument.Whole(call, field, 1, maxSide)
}

// room refuses a picture that is too large. It counts the memory of one that is larger than
// its source.
func room(ctx context.Context, from, to image.Point) error {
	if to.X > maxSide || to.Y > maxSide || to.X*to.Y > maxPixels {
		return engine.Failf(engine.LimitsCaused, "the picture would have %d by %d pixels; at most %d million pixels and %d on a side are allowed",
			to.X, to.Y, maxPixels/1_000_000, maxSide)
	}
	if to.X*to.Y <= from.X*from.Y {
		return nil
	}
	return value.Grow(ctx, to.X, to.Y)
}

func rotate(ctx context.Context, call *engine.Call, src image.Image) (image.Image, error) {
	if call.Arg("rotation_degrees") == nil {
		return src, nil
	}
	degrees, err := argument.Whole(call, "rotation_degrees", -360, 360)
	if err != nil || degrees == 0 {
		return src, err
	}
	size := src.Bounds().Size()
	r := raster.NewRotation(size.X, size.Y, float64(degrees))
	if err := room(ctx, size, image.Pt(r.W, r.H)); err != nil {
		return nil, err
	}
	return r.Rotate(src), nil
}

func flip(call *engine.Call, src image.Image) (image.Image, error) {
	var vertical, horizontal bool
	switch kind := call.Arg("flip_type"); kind {
	case nil:
		return src, nil
	case "vertical":
		vertical = true
	case "horizontal":
		horizontal = true
	case "both":
		vertical, horizontal = true, true
	default:
		return nil, unknown("flip_type", argument.Text(call, "flip_type"))
	}
	return raster.Mirror(src, vertical, horizontal), nil
}

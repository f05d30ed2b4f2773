package overlay

import (
	"context"
	"image"
	"image/draw"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxCells bounds the pictures of a grid.
const maxCells = 1024

// newGrid makes the block that arranges pictures in a square grid. Each keeps its
// proportions.
func newGrid(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		width, err := argument.Whole(call, "width", 1, maxLength)
		if err != nil {
			return engine.None(), err
		}
		height, err := argument.Whole(call, "height", 1, maxLength)
		if err != nil {
			return engine.None(), err
		}
		pictures, err := flat(call.Arg("images"))
		if err != nil {
			return engine.None(), err
		}
		if err := value.Grow(ctx, width, height); err != nil {
			return engine.None(), err
		}
		grid := image.NewRGBA(image.Rect(0, 0, width, height))
		draw.Draw(grid, grid.Rect, image.NewUniform(black), image.Point{}, draw.Src)
		side := int(math.Ceil(math.Sqrt(float64(len(pictures)))))
		for i, picture := range pictures {
			if picture == nil {
				continue
			}
			cell := image.Rect(0, 0, width/side, height/side).Add(image.Pt(i%side*(width/side), i/side*(height/side)))
			if err := place(ctx, grid, cell, picture); err != nil {
				return engine.None(), err
			}
		}
		return engine.One(engine.Outputs{"image": result(call, grid, pictures)}), ctx.Err()
	}), nil
}

// result is the grid in the place of the first picture.
func result(call *engine.Call, grid *image.RGBA, pictures []*value.Image) *value.Image {
	for _, picture := range pictures {
		if picture != nil {
			return picture.WithPixels(grid)
		}
	}
	return value.NewImage(grid, call.NewID())
}

// flat returns the pictures of a list. The list may contain lists and nulls.
func flat(v any) ([]*value.Image, error) {
	var out []*value.Image
	list, _ := v.([]any)
	for _, v := range list {
		inner, isList := v.([]any)
		if !isList {
			inner = []any{v}
		}
		for _, v := range inner {
			picture, ok := v.(*value.Image)
			if v != nil && !ok {
				return nil, engine.Failf(engine.QueryInput, "images must be a list of pictures")
			}
			if out = append(out, picture); len(out) > maxCells {
				return nil, engine.Failf(engine.LimitsCaused, "images has more than %d pictures; send fewer", maxCells)
			}
		}
	}
	return out, nil
}

// place draws a picture in the middle of a cell, as large as it fits.
func place(ctx context.Context, grid *image.RGBA, cell image.Rectangle, picture *value.Image) error {
	scale := min(float64(cell.Dx())/float64(picture.Width()), float64(cell.Dy())/float64(picture.Height()))
	w, h := int(float64(picture.Width())*scale), int(float64(picture.Height())*scale)
	if w < 1 || h < 1 {
		return nil
	}
	pixels, err := picture.Pixels(ctx)
	if err != nil {
		return err
	}
	small := raster.Each(pixels, func(p raster.Plane) raster.Plane { return raster.Resize(p, w, h) })
	at := cell.Min.Add(image.Pt((cell.Dx()-w)/2, (cell.Dy()-h)/2))
	draw.Draw(grid, image.Rect(0, 0, w, h).Add(at), small, image.Point{}, draw.Src)
	return ctx.Err()
}

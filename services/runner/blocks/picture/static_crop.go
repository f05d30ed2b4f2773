package picture

import (
	"context"
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newAbsoluteCrop makes the block that cuts out a part given in pixels.
func newAbsoluteCrop(engine.Step) (engine.Block, error) {
	return staticCrop("absolute_static_crop", func(float64, float64) (x, y float64) { return 1, 1 }), nil
}

// newRelativeCrop makes the block that cuts out a part given in shares of the picture.
func newRelativeCrop(engine.Step) (engine.Block, error) {
	return staticCrop("relative_static_crop", func(width, height float64) (x, y float64) { return width, height }), nil
}

// staticCrop cuts the same part out of each picture. scale is the unit of the fields. The
// result is null if the part is empty or begins outside of the picture.
func staticCrop(name string, scale func(width, height float64) (x, y float64)) engine.Block {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		images := call.Batch("images")
		results := make([]engine.Result, images.Len())
		for i := range results {
			whole, err := picture("images", images.Values[i])
			if err != nil {
				return engine.None(), err
			}
			var crop any
			part := part(call, whole, scale)
			if !part.Empty() {
				pixels, err := whole.Pixels(ctx)
				if err != nil {
					return engine.None(), err
				}
				crop = whole.Crop(imaging.Crop(pixels, part), name+"."+call.NewID(), part.Min.X, part.Min.Y)
			}
			results[i] = engine.One(engine.Outputs{"crops": crop})
		}
		return engine.Many(results), nil
	})
}

// part returns the part of a picture in whole pixels. Halves are rounded to even numbers.
func part(call *engine.Call, whole *value.Image, scale func(width, height float64) (x, y float64)) image.Rectangle {
	unitX, unitY := scale(float64(whole.Width()), float64(whole.Height()))
	number := func(field string, unit float64) float64 {
		n, _ := value.Float(call.Arg(field))
		return min(max(math.RoundToEven(n*unit), -1<<24), 1<<24)
	}
	width, height := number("width", unitX), number("height", unitY)
	x := int(math.RoundToEven(number("x_center", unitX) - width/2))
	y := int(math.RoundToEven(number("y_center", unitY) - height/2))
	if x < 0 || y < 0 {
		return image.Rectangle{}
	}
	part := image.Rectangle{Min: image.Pt(x, y), Max: image.Pt(x+int(width), y+int(height))}
	return part.Intersect(image.Rect(0, 0, whole.Width(), whole.Height()))
}

package classic

import (
	"context"
	"fmt"
	"image"
	"image/color"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newFocus makes the block that measures how sharp a picture is (Brenner): the mean square of
// the change of brightness over two pixels. It also shows where the picture is sharp.
func newFocus(fonts func() (*imaging.Fonts, error)) engine.Constructor {
	return func(step engine.Step) (engine.Block, error) {
		shared, err := fonts()
		if err != nil {
			return nil, err
		}
		return on(func(_ context.Context, _ *engine.Call, picture *value.Image, pixels image.Image) (engine.Outputs, error) {
			sharp, mean := brenner(raster.Gray(pixels))
			drawn := imaging.Copy(sharp.Image())
			style := imaging.Style{Scale: 1, Thickness: 2}
			shared.Draw(drawn, fmt.Sprintf("Focus value: %.2f", mean), 10, 30, color.RGBA{R: 255, G: 255, B: 255, A: 255}, style)
			return engine.Outputs{"image": picture.WithPixels(raster.Gray(drawn).Image()), "focus_measure": mean}, nil
		})(step)
	}
}

// brenner returns the measure at each pixel, scaled to the brightest, and its mean.
func brenner(p raster.Plane) (raster.Plane, float64) {
	squares, most, sum := make([]int, len(p.Pix)), 0, 0.0
	for i, v := range p.Pix {
		rise := 0
		if i%p.W < p.W-2 {
			rise = max(rise, int(p.Pix[i+2])-int(v))
		}
		if i/p.W < p.H-2 {
			rise = max(rise, int(p.Pix[i+2*p.W])-int(v))
		}
		squares[i] = rise * rise
		most, sum = max(most, squares[i]), sum+float64(squares[i])
	}
	out := raster.New(p.W, p.H)
	for i, v := range squares {
		if most > 0 {
			out.Pix[i] = uint8(v * 255 / most)
		}
	}
	return out, sum / float64(len(p.Pix))
}

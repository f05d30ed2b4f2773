package overlay

import (
	"context"
	"image"
	"image/color"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// sheet is a copy of a picture to draw on. It is a copy even if copy_image is false, because
// other steps may be reading the picture.
type sheet struct {
	*image.RGBA
	picture *value.Image
	fonts   *imaging.Fonts // nil for a block that writes nothing
}

// pen draws on a sheet.
type pen func(ctx context.Context, call *engine.Call, s *sheet) error

// on makes a block that draws with a pen.
func on(draw pen) engine.Constructor {
	return func(engine.Step) (engine.Block, error) { return block(draw, nil), nil }
}

// written makes a block whose pen also writes text.
func written(fonts func() (*imaging.Fonts, error), draw pen) engine.Constructor {
	return func(engine.Step) (engine.Block, error) {
		shared, err := fonts()
		if err != nil {
			return nil, err
		}
		return block(draw, shared), nil
	}
}

func block(draw pen, fonts *imaging.Fonts) engine.Block {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		picture, pixels, err := argument.Pixels(ctx, call, "image")
		if err != nil {
			return engine.None(), err
		}
		s := &sheet{imaging.Copy(pixels), picture, fonts}
		if err := draw(ctx, call, s); err != nil {
			return engine.None(), err
		}
		return engine.One(engine.Outputs{"image": picture.WithPixels(s.RGBA)}), ctx.Err()
	})
}

func colorOf(call *engine.Call, field string) (color.RGBA, error) {
	c, err := imaging.ParseColor(argument.Text(call, field))
	if err != nil {
		return c, engine.Failf(engine.RuntimeInput, "%s is %v", field, err)
	}
	return c, nil
}

// Bounds of fields that are sizes in pixels.
const (
	maxThickness = 1000
	maxLength    = 10_000
)

// add adds the colours of a layer to the sheet, so black changes nothing. An opacity below 1
// darkens the layer.
func (s *sheet) add(layer *image.RGBA, opacity float64) {
	for i, v := range layer.Pix {
		if i%4 != 3 && v > 0 {
			s.Pix[i] = uint8(min(float64(s.Pix[i])+float64(v)*opacity+0.5, 255))
		}
	}
}

// layer returns a black picture of the sheet's size.
func (s *sheet) layer() *image.RGBA { return image.NewRGBA(s.Rect) }

type rgba = color.RGBA

var (
	white = rgba{R: 255, G: 255, B: 255, A: 255}
	black = rgba{A: 255}
)

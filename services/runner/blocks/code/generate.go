package code

import (
	"context"
	"image"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const (
	// moduleSide is the side of a module, in pixels.
	moduleSide = 10
	// maxBorder bounds the light border, in modules.
	maxBorder = 100
)

// newGenerator makes the block that draws the QR code of a text.
func newGenerator(step engine.Step) (engine.Block, error) {
	level := levelOf(step.Fields["error_correct"])
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		border, err := argument.Whole(call, "border", 0, maxBorder)
		if err != nil {
			return engine.None(), err
		}
		dark, err := colorOf(call, "fill_color")
		if err != nil {
			return engine.None(), err
		}
		light, err := colorOf(call, "back_color")
		if err != nil {
			return engine.None(), err
		}
		text := argument.Text(call, "text")
		if text == "" {
			return engine.None(), engine.Failf(engine.RuntimeInput, "text must be a text of at least one character")
		}
		modules, err := qr.Encode(text, level, qr.Auto)
		if err != nil {
			return engine.None(), engine.Failf(engine.RuntimeInput, "text is too long for a QR code; shorten it or choose a lower error_correct")
		}
		side := (modules.Bounds().Dx() + 2*border) * moduleSide
		if err := value.Grow(ctx, side, side); err != nil {
			return engine.None(), err
		}
		return engine.One(engine.Outputs{"qr_code": value.NewImage(paint(modules, border, dark, light), call.NewID())}), nil
	}), nil
}

// levelOf reads "Medium (~15% word recovery)".
func levelOf(v any) qr.ErrorCorrectionLevel {
	name, _ := v.(string)
	word, _, _ := strings.Cut(name, " ")
	switch word {
	case "Low":
		return qr.L
	case "Quartile":
		return qr.Q
	case "High":
		return qr.H
	}
	return qr.M
}

func colorOf(call *engine.Call, field string) (color.RGBA, error) {
	c, err := imaging.ParseColor(argument.Text(call, field))
	if err != nil {
		return c, engine.Failf(engine.RuntimeInput, "%s is %v", field, err)
	}
	return c, nil
}

// paint draws the modules on a light ground with a border. The largest code has 177 modules
// on a side.
func paint(modules image.Image, border int, dark, light color.RGBA) *image.RGBA {
	n := modules.Bounds().Dx()
	side := (n + 2*border) * moduleSide
	out := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			c := light
			i, j := x/moduleSide-border, y/moduleSide-border
			if i >= 0 && j >= 0 && i < n && j < n {
				if gray, _, _, _ := modules.At(i, j).RGBA(); gray == 0 {
					c = dark
				}
			}
			out.SetRGBA(x, y, c)
		}
	}
	return out
}

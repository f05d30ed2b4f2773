package pixel

import (
	"context"
	"image"
	"image/color"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// newColorCount makes the block that counts the pixels whose channels are all close to a
// colour.
func newColorCount(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		_, pixels, err := argument.Pixels(ctx, call, "image")
		if err != nil {
			return engine.None(), err
		}
		target, err := colorOf(call.Arg("target_color"))
		if err != nil {
			return engine.None(), err
		}
		tolerance, err := argument.Whole(call, "tolerance", 0, 1<<20)
		if err != nil {
			return engine.None(), err
		}
		return engine.One(engine.Outputs{"matching_pixels_count": count(pixels, target, tolerance)}), nil
	}), nil
}

func count(src image.Image, target color.RGBA, tolerance int) int64 {
	n, pix := int64(0), imaging.Copy(src).Pix
	near := func(a, b uint8) bool {
		d := int(a) - int(b)
		return max(d, -d) <= tolerance
	}
	for i := 0; i < len(pix); i += 4 {
		if near(pix[i], target.R) && near(pix[i+1], target.G) && near(pix[i+2], target.B) {
			n++
		}
	}
	return n
}

// colorOf reads a colour of a definition, "(r, g, b)" or [r, g, b].
func colorOf(v any) (color.RGBA, error) {
	parts, _ := v.([]any)
	if text, ok := v.(string); ok {
		inner, isTuple := strings.CutPrefix(strings.TrimSpace(text), "(")
		if !isTuple {
			c, err := imaging.ParseColor(text)
			if err != nil {
				return c, engine.Failf(engine.QueryInput, "target_color is %v", err)
			}
			return c, nil
		}
		for part := range strings.SplitSeq(strings.TrimSuffix(inner, ")"), ",") {
			n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
			if err != nil || len(parts) > 3 {
				return color.RGBA{}, noColor()
			}
			parts = append(parts, n)
		}
	}
	if c, ok := argument.RGB(parts); ok {
		return c, nil
	}
	return color.RGBA{}, noColor()
}

func noColor() error {
	return engine.Failf(engine.QueryInput, `target_color must be "#rrggbb", "(r, g, b)", [r, g, b] with numbers from 0 to 255, or a name`)
}

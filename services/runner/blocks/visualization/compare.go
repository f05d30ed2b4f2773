package visualization

import (
	"context"
	"image/color"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// newComparison makes the block that colours the parts that only one of two models found, and
// those that neither found. Parts that both found stay as they are.
func newComparison(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		picture, err := argument.Picture(call, "image")
		if err != nil {
			return engine.None(), err
		}
		opacity, err := argument.Number(call, "opacity", 0, 1)
		if err != nil {
			return engine.None(), err
		}
		var colors [4]color.RGBA // found by none, by A, by B; parts found by both keep the picture
		for i, field := range []string{"background_color", "color_a", "color_b"} {
			if colors[i], err = imaging.ParseColor(text(call, field, "")); err != nil {
				return engine.None(), engine.Failf(engine.RuntimeInput, "%s is %v", field, err)
			}
		}
		pixels, err := picture.Pixels(ctx)
		if err != nil {
			return engine.None(), err
		}
		c := &canvas{RGBA: imaging.Copy(pixels), picture: picture}
		found := make([]uint8, c.Rect.Dx()*c.Rect.Dy())
		for i, field := range []string{"predictions_a", "predictions_b"} {
			if c.detections, err = argument.Detections(call, field); err != nil {
				return engine.None(), err
			}
			if err := c.mark(ctx, found, uint8(i+1)); err != nil {
				return engine.None(), err
			}
		}
		for i, which := range found {
			for k, v := range [3]uint8{colors[which].R, colors[which].G, colors[which].B} {
				if at := 4*i + k; which != 3 {
					c.Pix[at] = uint8(float64(c.Pix[at])*(1-opacity) + float64(v)*opacity + 0.5)
				}
			}
		}
		return c.result(), ctx.Err()
	}), nil
}

// mark sets a bit where the detections are: in their masks, or in their boxes.
func (c *canvas) mark(ctx context.Context, found []uint8, bit uint8) error {
	for i := range c.detections.XYXY {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		part := c.part(i)
		masked := c.detections.Masks != nil && c.detections.Masks[i] != nil
		if masked {
			part = c.detections.Masks[i].Bounds.Intersect(c.Rect)
		}
		for y := part.Min.Y; y < part.Max.Y; y++ {
			for x := part.Min.X; x < part.Max.X; x++ {
				if !masked || c.detections.Masks[i].At(x, y) {
					found[y*c.Rect.Dx()+x] |= bit
				}
			}
		}
	}
	return nil
}

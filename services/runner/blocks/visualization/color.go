package visualization

import (
	"context"
	"image"
	"image/color"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// newColor makes the block that fills each detection: its mask, or its box if it has none.
// Detections are painted opaque on a layer, which is then mixed in. So overlapping detections
// are not darker than others.
func newColor(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		c, err := newCanvas(ctx, call)
		if err != nil {
			return engine.None(), err
		}
		opacity := number(call, "opacity", 0.5)
		if !(opacity >= 0 && opacity <= 1) {
			return engine.None(), engine.Failf(engine.RuntimeInput, "opacity is %v and must be from 0 to 1", opacity)
		}
		under := c.RGBA
		c.RGBA = imaging.Copy(under)
		for i := range c.detections.XYXY {
			if ctx.Err() != nil {
				return engine.None(), ctx.Err()
			}
			c.paint(i, c.color(i))
		}
		imaging.Mix(c.RGBA, under, opacity)
		return c.result(), ctx.Err()
	}), nil
}

// paint fills a detection.
func (c *canvas) paint(i int, with color.RGBA) {
	if c.detections.Masks == nil || c.detections.Masks[i] == nil {
		imaging.FillBox(c.RGBA, c.detections.XYXY[i], with)
		return
	}
	mask := c.detections.Masks[i]
	area := mask.Bounds.Intersect(image.Rectangle{Max: c.Rect.Size()})
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if mask.At(x, y) {
				c.SetRGBA(x, y, with)
			}
		}
	}
}

package visualization

import (
	"cmp"
	"context"
	"image"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newHalo makes the block that draws a glow around each detection. In version 1 the width is
// fixed, and boxes glow too. Version 2 needs masks.
func newHalo(step engine.Step) (engine.Block, error) {
	const width, widest = 40, 999
	first := step.Type == "roboflow_core/halo_visualization@v1"
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		c, err := newCanvas(ctx, call)
		if err != nil {
			return engine.None(), err
		}
		opacity := number(call, "opacity", 0.8)
		if !(opacity >= 0 && opacity <= 1) {
			return engine.None(), engine.Failf(engine.RuntimeInput, "opacity is %v and must be from 0 to 1", opacity)
		}
		size := width
		if !first {
			size = min(max(whole(call, "kernel_size", width), 1), widest)
		}
		// The layer and its blur.
		if err := value.Grow(ctx, 2*c.Rect.Dx(), c.Rect.Dy()); err != nil {
			return engine.None(), err
		}
		if first || c.detections.Masks != nil {
			if err := c.glow(ctx, opacity, size); err != nil {
				return engine.None(), err
			}
		}
		return c.result(), ctx.Err()
	}), nil
}

// glow paints the detections on a black layer, the largest first, blurs it, and lays it on
// the picture except where the detections are.
func (c *canvas) glow(ctx context.Context, opacity float64, size int) error {
	picture := c.RGBA
	c.RGBA = image.NewRGBA(picture.Rect)
	for _, i := range c.bySize() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.paint(i, c.color(i))
	}
	inside := c.RGBA // painted pixels are opaque
	blurred := imaging.Copy(raster.Each(imaging.Copy(inside), func(p raster.Plane) raster.Plane { return raster.Box(p, size, raster.Reflect) }))
	c.RGBA = picture
	brightest := 0.0
	bright := func(i int) float64 {
		return 0.299*float64(blurred.Pix[i]) + 0.587*float64(blurred.Pix[i+1]) + 0.114*float64(blurred.Pix[i+2])
	}
	for i := 0; i < len(blurred.Pix); i += 4 {
		if inside.Pix[i+3] == 0 {
			brightest = max(brightest, bright(i))
		}
	}
	for i := 0; i < len(blurred.Pix) && brightest > 0; i += 4 {
		if inside.Pix[i+3] != 0 {
			continue
		}
		share := opacity * bright(i) / brightest
		for k := i; k < i+3; k++ {
			picture.Pix[k] = uint8(min(float64(picture.Pix[k])*(1-share)+float64(blurred.Pix[k])*opacity, 255))
		}
	}
	return nil
}

// bySize returns the detections, those with the largest area first.
func (c *canvas) bySize() []int {
	area := make([]float64, c.detections.Len())
	order := make([]int, len(area))
	for i, box := range c.detections.XYXY {
		order[i], area[i] = i, box.Width()*box.Height()
		if c.detections.Masks != nil && c.detections.Masks[i] != nil {
			area[i] = float64(c.detections.Masks[i].Area())
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(area[b], area[a]) })
	return order
}

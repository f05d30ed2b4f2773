package visualization

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

// newBackground makes the block that covers everything but the detections with a colour.
func newBackground(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		c, err := newCanvas(ctx, call)
		if err != nil {
			return engine.None(), err
		}
		opacity := number(call, "opacity", 0.5)
		if !(opacity >= 0 && opacity <= 1) {
			return engine.None(), engine.Failf(engine.RuntimeInput, "opacity is %v and must be from 0 to 1", opacity)
		}
		background, err := imaging.ParseColor(text(call, "color", "BLACK"))
		if err != nil {
			return engine.None(), engine.Failf(engine.RuntimeInput, "color is %v", err)
		}
		under := c.RGBA
		c.RGBA = image.NewRGBA(under.Rect)
		imaging.FillBox(c.RGBA, [4]float64{0, 0, float64(under.Rect.Dx()), float64(under.Rect.Dy())}, background)
		imaging.Mix(c.RGBA, under, opacity)
		for i := range c.detections.XYXY {
			if ctx.Err() != nil {
				return engine.None(), ctx.Err()
			}
			c.restore(i, under)
		}
		return c.result(), nil
	}), nil
}

// part returns the pixels of a detection's box that are on the picture.
func (c *canvas) part(i int) image.Rectangle {
	box := c.detections.XYXY[i]
	low, high := geometry.Point{X: box[0], Y: box[1]}.Pixel(), geometry.Point{X: box[2], Y: box[3]}.Pixel()
	return image.Rectangle{Min: low, Max: high}.Intersect(c.Rect)
}

// restore copies a detection from the picture below: its mask, or its box.
func (c *canvas) restore(i int, from *image.RGBA) {
	if c.detections.Masks == nil {
		part := c.part(i)
		for y := part.Min.Y; y < part.Max.Y; y++ {
			copy(c.Pix[c.PixOffset(part.Min.X, y):c.PixOffset(part.Max.X, y)], from.Pix[from.PixOffset(part.Min.X, y):])
		}
		return
	}
	mask := c.detections.Masks[i]
	if mask == nil {
		return
	}
	part := mask.Bounds.Intersect(c.Rect)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if mask.At(x, y) {
				c.SetRGBA(x, y, from.RGBAAt(x, y))
			}
		}
	}
}

// drawPixels makes a detection unrecognisable: squares of pixels get their mean colour.
func drawPixels(c *canvas, call *engine.Call, i int) error {
	size := max(whole(call, "pixel_size", 20), 1)
	return c.hide(i, func(p raster.Plane) raster.Plane {
		small := raster.Resize(p, max(p.W/size, 1), max(p.H/size, 1))
		out := raster.New(p.W, p.H)
		for at := range out.Pix {
			x, y := at%p.W*small.W/p.W, at/p.W*small.H/p.H
			out.Pix[at] = small.Row(y)[x]
		}
		return out
	})
}

// drawBlur blurs a detection.
func drawBlur(c *canvas, call *engine.Call, i int) error {
	size := min(max(whole(call, "kernel_size", 15), 1), 999)
	return c.hide(i, func(p raster.Plane) raster.Plane { return raster.Box(p, size, raster.Reflect) })
}

// hide replaces the box of a detection by a filter's result.
func (c *canvas) hide(i int, filter func(raster.Plane) raster.Plane) error {
	part := c.part(i)
	if part.Empty() {
		return nil
	}
	hidden := imaging.Copy(raster.Each(c.SubImage(part), filter))
	for y := range part.Dy() {
		copy(c.Pix[c.PixOffset(part.Min.X, part.Min.Y+y):], hidden.Pix[y*hidden.Stride:y*hidden.Stride+4*part.Dx()])
	}
	return nil
}

package visualization

import (
	"context"
	"image/color"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// heat counts how often each pixel of a video was near a detection.
type heat struct {
	w, h  int
	count []uint32
	last  map[int64]geometry.Point // where each tracked object was when it last moved
}

// newHeatmap makes the block that colours where detections were in the frames so far. The
// colour shows how often.
func newHeatmap(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		c, err := newCanvas(ctx, call)
		if err != nil {
			return engine.None(), err
		}
		opacity := number(call, "opacity", 0.2)
		if !(opacity >= 0 && opacity <= 1) {
			return engine.None(), engine.Failf(engine.RuntimeInput, "opacity is %v and must be from 0 to 1", opacity)
		}
		at, err := video.Of(call, "image")
		if err != nil {
			return engine.None(), err
		}
		known := video.State(call, at, func() *heat { return &heat{} })
		if w, h := c.Rect.Dx(), c.Rect.Dy(); known.w != w || known.h != h {
			if err := value.Grow(ctx, 2*w, h); err != nil { // the counts, and the circles of a frame
				return engine.None(), err
			}
			*known = heat{w: w, h: h, count: make([]uint32, w*h), last: map[int64]geometry.Point{}}
		}
		if err := known.add(ctx, call, c); err != nil {
			return engine.None(), err
		}
		known.paint(call, c, opacity)
		return c.result(), ctx.Err()
	}), nil
}

// add counts the pixels around the detections of a frame, each once.
func (h *heat) add(ctx context.Context, call *engine.Call, c *canvas) error {
	layer := imaging.Copy(raster.New(h.w, h.h).Image())
	radius := float64(min(max(whole(call, "radius", 40), 0), 1000))
	for i := range c.detections.XYXY {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p, err := c.at(call, i, "BOTTOM_CENTER")
		if err != nil {
			return err
		}
		if value.Truthy(call.Arg("ignore_stationary")) && c.detections.TrackerID != nil && !h.moved(c.detections.TrackerID[i], p, float64(whole(call, "motion_threshold", 25))) {
			continue
		}
		imaging.Disc(layer, math.Trunc(p.X), math.Trunc(p.Y), radius, color.RGBA{R: 1, A: 255})
	}
	for i := range h.count {
		h.count[i] += uint32(layer.Pix[4*i])
	}
	return nil
}

// moved reports whether an object is far enough from its last place. It is false for the
// first place.
func (h *heat) moved(id int64, p geometry.Point, least float64) bool {
	last, ok := h.last[id]
	if ok && p.Distance(last) < least {
		return false
	}
	h.last[id] = p
	return ok
}

// paint lays the colours on the picture.
func (h *heat) paint(call *engine.Call, c *canvas, opacity float64) {
	most := uint32(0)
	for _, n := range h.count {
		most = max(most, n)
	}
	if most == 0 {
		return
	}
	low, top := float64(whole(call, "low_hue", 125)), float64(whole(call, "top_hue", 0))
	hues := raster.New(h.w, h.h)
	for i, n := range h.count {
		hues.Pix[i] = uint8(min(max(low-float64(n)/float64(most)*(low-top), 0), 179))
	}
	size := min(max(whole(call, "kernel_size", 25), 1), 999)
	for i, hue := range raster.Box(hues, size, raster.Reflect).Pix {
		if h.count[i] == 0 {
			continue
		}
		for k, v := range rainbow(hue) {
			at := 4*i + k
			c.Pix[at] = uint8(v*opacity + float64(c.Pix[at])*(1-opacity) + 0.5)
		}
	}
}

// rainbow returns the full colour of a hue from 0 to 180, in steps of two degrees.
func rainbow(hue uint8) (rgb [3]float64) {
	for k, at := range [3]float64{0, 60, 120} {
		d := math.Abs(float64(hue) - at)
		d = min(d, 180-d)
		rgb[k] = 255 * min(max(2-d/30, 0), 1)
	}
	return rgb
}

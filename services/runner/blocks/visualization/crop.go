package visualization

import (
	"context"
	"image"
	"math"

	xdraw "golang.org/x/image/draw"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// maxScale bounds how much a detection is enlarged.
const maxScale = 100

// newCrop makes the block that draws each detection enlarged, in a frame.
func newCrop(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		c, err := newCanvas(ctx, call)
		if err != nil {
			return engine.None(), err
		}
		scale := number(call, "scale_factor", 2)
		if !(scale > 0 && scale <= maxScale) {
			return engine.None(), engine.Failf(engine.RuntimeInput, "scale_factor is %v and must be above 0 and at most %d", scale, maxScale)
		}
		original := imaging.Copy(c.RGBA)
		for i := range c.detections.XYXY {
			if ctx.Err() != nil {
				return engine.None(), ctx.Err()
			}
			if err := c.enlarge(call, i, original, scale); err != nil {
				return engine.None(), err
			}
		}
		return c.result(), nil
	}), nil
}

// enlarge draws a detection at its position.
func (c *canvas) enlarge(call *engine.Call, i int, from *image.RGBA, scale float64) error {
	part := c.part(i)
	p, err := c.at(call, i, "TOP_CENTER")
	if err != nil || part.Empty() {
		return err
	}
	w, h := int(float64(part.Dx())*scale), int(float64(part.Dy())*scale)
	shift := sides[text(call, "position", "TOP_CENTER")]
	at := image.Pt(int(bounded(p.X))-w*(1-shift[0])/2, int(bounded(p.Y))-h*(1-shift[1])/2)
	to := image.Rectangle{Min: at, Max: at.Add(image.Pt(w, h))}
	// It visits only the pixels that are on the picture.
	xdraw.ApproxBiLinear.Scale(c.RGBA, to, from, part, xdraw.Src, nil)
	if thickness := whole(call, "border_thickness", 2); thickness > 0 {
		imaging.Box(c.RGBA, [4]float64{float64(to.Min.X), float64(to.Min.Y), float64(to.Max.X), float64(to.Max.Y)}, c.color(i), thickness, 0)
	}
	return nil
}

// bounded keeps a coordinate near the picture. NaN becomes 0.
func bounded(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return min(max(v, -1e6), 1e6)
}

// sides says on which side of its position an enlarged detection is: -1 before, 1 behind.
var sides = map[string][2]int{
	"TOP_LEFT": {-1, -1}, "TOP_CENTER": {0, -1}, "TOP_RIGHT": {1, -1}, "CENTER_LEFT": {-1, 0}, "CENTER_RIGHT": {1, 0},
	"BOTTOM_LEFT": {-1, 1}, "BOTTOM_CENTER": {0, 1}, "BOTTOM_RIGHT": {1, 1},
}

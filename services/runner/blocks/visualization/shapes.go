package visualization

import (
	"context"
	"image/color"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// pen draws one detection.
type pen func(c *canvas, call *engine.Call, row int) error

// each makes a block that draws every detection.
func each(draw pen) engine.Constructor {
	return func(engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
			c, err := newCanvas(ctx, call)
			if err != nil {
				return engine.None(), err
			}
			for i := range c.detections.XYXY {
				if ctx.Err() != nil {
					return engine.None(), ctx.Err()
				}
				if err := draw(c, call, i); err != nil {
					return engine.None(), err
				}
			}
			return c.result(), nil
		}), nil
	}
}

// drawCircle draws a circle through the corners of the box.
func drawCircle(c *canvas, call *engine.Call, i int) error {
	box, thickness := c.detections.XYXY[i], float64(max(whole(call, "thickness", 2), 1))
	x, y := box.Center()
	radius := math.Trunc(math.Hypot(box.Width(), box.Height()) / 2)
	imaging.Ring(c.RGBA, x, y, radius+thickness/2, thickness, c.color(i))
	return nil
}

// at returns the point of a detection that the field position names.
func (c *canvas) at(call *engine.Call, i int, otherwise string) (geometry.Point, error) {
	name, box := text(call, "position", otherwise), c.detections.XYXY[i]
	if name == "CENTER_OF_MASS" {
		if c.detections.Masks == nil || c.detections.Masks[i] == nil {
			return geometry.Point{}, engine.Failf(engine.RuntimeInput, "position is CENTER_OF_MASS and the detections have no masks")
		}
		return geometry.Mass(c.detections.Masks[i], box), nil
	}
	p, ok := geometry.Anchor(box, name)
	if !ok {
		return p, engine.Failf(engine.RuntimeInput, "position %.60q is not known", name)
	}
	return p, nil
}

var outline = color.RGBA{A: 255}

func drawDot(c *canvas, call *engine.Call, i int) error {
	p, err := c.at(call, i, "CENTER")
	if err != nil {
		return err
	}
	radius, thickness := float64(max(whole(call, "radius", 4), 0)), float64(whole(call, "outline_thickness", 0))
	imaging.Disc(c.RGBA, p.X, p.Y, radius, c.color(i))
	if thickness > 0 {
		imaging.Ring(c.RGBA, p.X, p.Y, radius+thickness/2, thickness, outline)
	}
	return nil
}

// drawTriangle draws a triangle whose tip points down to the place.
func drawTriangle(c *canvas, call *engine.Call, i int) error {
	p, err := c.at(call, i, "TOP_CENTER")
	if err != nil {
		return err
	}
	half, height := float64(whole(call, "base", 10)/2), float64(whole(call, "height", 10))
	corners := [3][2]float64{{p.X - half, p.Y - height}, {p.X + half, p.Y - height}, {p.X, p.Y}}
	imaging.Triangle(c.RGBA, corners, c.color(i))
	if thickness := whole(call, "outline_thickness", 0); thickness > 0 {
		for k, a := range corners {
			b := corners[(k+1)%3]
			imaging.Line(c.RGBA, a[0], a[1], b[0], b[1], outline, thickness)
		}
	}
	return nil
}

// drawCorners draws the ends of the sides at each corner of the box.
func drawCorners(c *canvas, call *engine.Call, i int) error {
	thickness, length := whole(call, "thickness", 4), float64(max(whole(call, "corner_length", 15), 0))
	box := c.detections.XYXY[i]
	for _, x := range []struct{ at, way float64 }{{box[0], 1}, {box[2], -1}} {
		for _, y := range []struct{ at, way float64 }{{box[1], 1}, {box[3], -1}} {
			imaging.Line(c.RGBA, x.at, y.at, x.at+x.way*length, y.at, c.color(i), thickness)
			imaging.Line(c.RGBA, x.at, y.at, x.at, y.at+y.way*length, c.color(i), thickness)
		}
	}
	return nil
}

// drawEllipse draws an ellipse around the foot of the box, as wide as two boxes.
func drawEllipse(c *canvas, call *engine.Call, i int) error {
	const flat = 0.35
	box := c.detections.XYXY[i]
	x, _ := box.Center()
	from, to := float64(whole(call, "start_angle", -45)), float64(whole(call, "end_angle", 235))
	imaging.Arc(c.RGBA, x, box[3], box.Width(), flat*box.Width(), from, to, c.color(i), whole(call, "thickness", 2))
	return nil
}

// drawPolygon draws the outline of the mask, or the box if there is none.
func drawPolygon(c *canvas, call *engine.Call, i int) error {
	corners := geometry.Corners(c.detections.XYXY[i])
	if c.detections.Masks != nil {
		if c.detections.Masks[i] == nil {
			return nil
		}
		corners = geometry.Points(c.detections.Masks[i].Outline())
	}
	for k, a := range corners {
		b := corners[(k+1)%len(corners)]
		imaging.Line(c.RGBA, a.X, a.Y, b.X, b.Y, c.color(i), whole(call, "thickness", 2))
	}
	return nil
}

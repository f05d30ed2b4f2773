package detection

import (
	"context"
	"image"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newBoundingRect makes the block that replaces each mask by the smallest rectangle around
// it, which may be rotated. It drops detections with an empty mask.
func newBoundingRect(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		d, err := detections("predictions", call.Arg("predictions"))
		if err != nil {
			return engine.None(), err
		}
		if d, err = bounded(d); err != nil {
			return engine.None(), err
		}
		return engine.One(engine.Outputs{"detections_with_rect": d}), nil
	}), nil
}

func bounded(d *value.Detections) (*value.Detections, error) {
	if d.Masks == nil && d.Len() > 0 {
		return nil, engine.Failf(engine.QueryInput, "predictions must have masks: use the detections of a segmentation model")
	}
	var rows []int
	var rects []rect
	for i, m := range d.Masks {
		if m == nil {
			continue
		}
		if outline := m.Outline(); len(outline) > 0 {
			rows, rects = append(rows, i), append(rects, smallest(hull(outline)))
		}
	}
	return framed(d.Select(rows), rects), nil
}

// framed sets the mask, the box and the columns of each row to its rectangle.
func framed(d *value.Detections, rects []rect) *value.Detections {
	columns := map[string][]any{"rect": nil, "width": nil, "height": nil, "angle": nil}
	for i, r := range rects {
		corners := r.corners()
		d.Masks[i] = value.FillPolygon(d.Masks[i].Width, d.Masks[i].Height, corners)
		var points []any
		for k, p := range corners {
			at := value.Box{float64(p.X), float64(p.Y), float64(p.X), float64(p.Y)}
			if k == 0 {
				d.XYXY[i] = at
			}
			d.XYXY[i] = d.XYXY[i].Around(at)
			points = append(points, []any{at[0], at[1]})
		}
		columns["rect"] = append(columns["rect"], points)
		columns["width"] = append(columns["width"], r.width)
		columns["height"] = append(columns["height"], r.height)
		columns["angle"] = append(columns["angle"], r.angle)
	}
	for name, cells := range columns {
		d.Data[name] = cells
	}
	return d
}

// rect is a rectangle with its centre. angle is the direction of the width in degrees,
// above 0 and up to 90, as in OpenCV.
type rect struct{ x, y, width, height, angle float64 }

// corners returns the corners in whole pixels, cut off, in OpenCV's order.
func (r rect) corners() []image.Point {
	sin, cos := math.Sincos(r.angle * math.Pi / 180)
	a, b := sin/2, cos/2
	x0, y0 := r.x-a*r.height-b*r.width, r.y+b*r.height-a*r.width
	x1, y1 := r.x+a*r.height-b*r.width, r.y-b*r.height-a*r.width
	// a sum may be a little less than the whole number that it stands for
	whole := func(x, y float64) image.Point { return image.Pt(int(x+1e-6), int(y+1e-6)) }
	return []image.Point{whole(x0, y0), whole(x1, y1), whole(2*r.x-x0, 2*r.y-y0), whole(2*r.x-x1, 2*r.y-y1)}
}

// smallest returns the rectangle of the least area around a convex polygon. One of its
// sides is on an edge of the polygon.
func smallest(points []image.Point) rect {
	best, least := rect{}, math.Inf(1)
	for i, p := range points {
		edge := points[(i+1)%len(points)].Sub(p)
		angle := math.Mod(math.Atan2(float64(edge.Y), float64(edge.X))*180/math.Pi+360, 90)
		if angle == 0 {
			angle = 90
		}
		if r := around(points, angle); r.width*r.height < least {
			best, least = r, r.width*r.height
		}
	}
	return best
}

// around returns the rectangle around points whose width has a direction.
func around(points []image.Point, angle float64) rect {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	low := [2]float64{math.Inf(1), math.Inf(1)}
	high := [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, p := range points {
		x, y := float64(p.X), float64(p.Y)
		for k, v := range [2]float64{x*cos + y*sin, y*cos - x*sin} {
			low[k], high[k] = min(low[k], v), max(high[k], v)
		}
	}
	u, v := (low[0]+high[0])/2, (low[1]+high[1])/2
	return rect{u*cos - v*sin, u*sin + v*cos, high[0] - low[0], high[1] - low[1], angle}
}

// hull returns the convex hull of points (Andrew's monotone chain).
func hull(points []image.Point) []image.Point {
	points = slices.Clone(points)
	slices.SortFunc(points, func(a, b image.Point) int {
		if a.X != b.X {
			return a.X - b.X
		}
		return a.Y - b.Y
	})
	points = slices.Compact(points)
	if len(points) < 3 {
		return points
	}
	lower := chain(points)
	slices.Reverse(points)
	upper := chain(points)
	return append(lower[:len(lower)-1], upper[:len(upper)-1]...)
}

// chain returns the points of one side of the hull.
func chain(points []image.Point) []image.Point {
	var out []image.Point
	for _, p := range points {
		for len(out) > 1 {
			a, b := out[len(out)-1].Sub(out[len(out)-2]), p.Sub(out[len(out)-1])
			if a.X*b.Y-a.Y*b.X > 0 {
				break
			}
			out = out[:len(out)-1]
		}
		out = append(out, p)
	}
	return out
}

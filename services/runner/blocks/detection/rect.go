package detection

import (
	"context"
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
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
	var rects []geometry.Rect
	for i, m := range d.Masks {
		if m == nil {
			continue
		}
		if outline := m.Outline(); len(outline) > 0 {
			rows, rects = append(rows, i), append(rects, geometry.Smallest(geometry.Hull(geometry.Points(outline))))
		}
	}
	return framed(d.Select(rows), rects), nil
}

// framed sets the mask, the box and the columns of each row to its rectangle.
func framed(d *value.Detections, rects []geometry.Rect) *value.Detections {
	columns := map[string][]any{"rect": nil, "width": nil, "height": nil, "angle": nil}
	for i, r := range rects {
		corners := corners(r)
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
		columns["width"] = append(columns["width"], r.Width)
		columns["height"] = append(columns["height"], r.Height)
		columns["angle"] = append(columns["angle"], r.Angle)
	}
	for name, cells := range columns {
		d.Data[name] = cells
	}
	return d
}

// corners returns the corners of a rectangle in OpenCV's order. Fractions of pixels are
// dropped.
func corners(r geometry.Rect) []image.Point {
	sin, cos := math.Sincos(r.Angle * math.Pi / 180)
	a, b := sin/2, cos/2
	x0, y0 := r.X-a*r.Height-b*r.Width, r.Y+b*r.Height-a*r.Width
	x1, y1 := r.X+a*r.Height-b*r.Width, r.Y-b*r.Height-a*r.Width
	// a sum may be slightly less than the whole number that it represents
	whole := func(x, y float64) image.Point { return image.Pt(int(x+1e-6), int(y+1e-6)) }
	return []image.Point{whole(x0, y0), whole(x1, y1), whole(2*r.X-x0, 2*r.Y-y0), whole(2*r.X-x1, 2*r.Y-y1)}
}

package warp

import (
	"context"
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxSide bounds the sides of the rectangle, in pixels.
const maxSide = 16_384

// newPerspective makes the block that looks at a plane from above: the polygon becomes a
// rectangle.
func newPerspective(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		images := call.Batch("images")
		results := make([]engine.Result, images.Len())
		for i, v := range images.Values {
			picture, ok := v.(*value.Image)
			if !ok {
				return engine.None(), engine.Failf(engine.QueryInput, "images must be pictures")
			}
			c := &correction{call: call, i: i, n: images.Len(), picture: picture}
			out, err := c.outputs(ctx)
			if err != nil {
				return engine.None(), err
			}
			results[i] = engine.One(out)
		}
		return engine.Many(results), ctx.Err()
	}), nil
}

// correction is the work on one picture.
type correction struct {
	call    *engine.Call
	i, n    int
	picture *value.Image
	w, h    int // of the rectangle
	plane   geometry.Homography
}

func (c *correction) outputs(ctx context.Context) (engine.Outputs, error) {
	d, _ := c.element("predictions").(*value.Detections)
	if err := c.prepare(d); err != nil {
		return nil, err
	}
	out := engine.Outputs{
		"corrected_coordinates": nil, "warped_image": c.picture,
		"extended_transformed_rect_width": int64(c.w), "extended_transformed_rect_height": int64(c.h),
	}
	if value.Truthy(c.call.Arg("warp_image")) {
		warped, err := c.warp(ctx)
		if err != nil {
			return nil, err
		}
		out["warped_image"] = warped
	}
	if d != nil {
		out["corrected_coordinates"] = c.correct(d)
	}
	return out, nil
}

// element returns the value of a field for the picture: the one of the batch element, or the
// one for all.
func (c *correction) element(field string) any {
	if b := c.call.Batch(field); b != nil {
		if c.i < b.Len() {
			return b.Values[c.i]
		}
		return nil
	}
	return c.call.Arg(field)
}

// prepare finds the polygon, and the rectangle that it is mapped to.
func (c *correction) prepare(d *value.Detections) error {
	corners, err := c.polygon()
	if err != nil {
		return err
	}
	for field, to := range map[string]*int{"transformed_rect_width": &c.w, "transformed_rect_height": &c.h} {
		n, ok := value.Int(c.element(field))
		if !ok || n < 2 || n > maxSide {
			return engine.Failf(engine.RuntimeInput, "%s must be a whole number from 2 to %d", field, maxSide)
		}
		*to = int(n)
	}
	q := newQuad(corners)
	if anchor := argument.Text(c.call, "extend_perspective_polygon_by_detections_anchor"); anchor != "" && d != nil {
		if err := c.extend(&q, d, anchor); err != nil {
			return err
		}
	}
	right, bottom := float64(c.w-1), float64(c.h-1)
	plane, ok := geometry.Fit(q[:], []geometry.Point{{X: 0, Y: bottom}, {X: 0, Y: 0}, {X: right, Y: 0}, {X: right, Y: bottom}})
	if !ok {
		return engine.Failf(engine.RuntimeInput, "perspective_polygons has three corners on one line, which is no plane")
	}
	c.plane = plane
	return nil
}

// polygon returns the largest polygon of four corners. A list for all pictures may have one
// polygon for each.
func (c *correction) polygon() ([4]geometry.Point, error) {
	given := c.element("perspective_polygons")
	if list, ok := given.([]any); ok && c.call.Batch("perspective_polygons") == nil && c.n > 1 && len(list) == c.n {
		if _, one := cornersOf(given); !one {
			given = list[c.i]
		}
	}
	if one, ok := cornersOf(given); ok {
		return one, nil
	}
	list, _ := given.([]any)
	best, area := [4]geometry.Point{}, -1.0
	for _, v := range list[:min(len(list), argument.MostCorners)] {
		candidates := []any{v}
		if _, one := cornersOf(v); !one { // a list of polygons, one for each picture
			candidates, _ = v.([]any)
		}
		for _, v := range candidates[:min(len(candidates), argument.MostCorners)] {
			if p, ok := cornersOf(v); ok && geometry.Area(p[:]) > area {
				best, area = p, geometry.Area(p[:])
			}
		}
	}
	if area < 0 {
		return best, engine.Failf(engine.RuntimeInput, "perspective_polygons has no polygon of four corners [x, y]")
	}
	return best, nil
}

func cornersOf(v any) (corners [4]geometry.Point, ok bool) {
	list, _ := v.([]any)
	if len(list) != 4 {
		return corners, false
	}
	for i, item := range list {
		pair, _ := item.([]any)
		if len(pair) != 2 {
			return corners, false
		}
		x, okX := value.Float(pair[0])
		y, okY := value.Float(pair[1])
		if !okX || !okY || !(math.Abs(x) < 1e6 && math.Abs(y) < 1e6) {
			return corners, false
		}
		corners[i] = geometry.Point{X: math.RoundToEven(x), Y: math.RoundToEven(y)}
	}
	return corners, true
}

// extend grows the polygon so that it holds the anchors of all detections, and the rectangle
// in proportion. The anchor ALL stands for the corners of the boxes.
func (c *correction) extend(q *quad, d *value.Detections, anchor string) error {
	baseW, baseH := q.size()
	var moreW, moreH float64
	for _, box := range d.XYXY {
		for _, s := range []struct {
			side   side
			all    [2]string
			growth *float64
		}{
			{left, [2]string{"BOTTOM_LEFT", "TOP_LEFT"}, &moreW},
			{right, [2]string{"BOTTOM_RIGHT", "TOP_RIGHT"}, &moreW},
			{bottom, [2]string{"BOTTOM_RIGHT", "BOTTOM_LEFT"}, &moreH},
			{top, [2]string{"TOP_RIGHT", "TOP_LEFT"}, &moreH},
		} {
			names := s.all[:]
			if anchor != "ALL" {
				names = []string{anchor}
			}
			for _, name := range names {
				p, ok := geometry.Anchor(box, name)
				if !ok {
					return engine.Failf(engine.RuntimeInput, "extend_perspective_polygon_by_detections_anchor is not the name of an anchor")
				}
				*s.growth += q.include(s.side, p)
			}
		}
	}
	grow := func(n *int, by, of float64) { *n += int(math.RoundToEven(min(by*float64(*n)/max(of, 1), maxSide))) }
	grow(&c.w, moreW, baseW)
	grow(&c.h, moreH, baseH)
	if c.w > maxSide || c.h > maxSide {
		return engine.Failf(engine.LimitsCaused, "the detections are so far away that the rectangle would be larger than %d pixels", maxSide)
	}
	return nil
}

func (c *correction) warp(ctx context.Context) (*value.Image, error) {
	if err := value.Grow(ctx, raster.RemapCost*c.w, c.h); err != nil {
		return nil, err
	}
	pixels, err := c.picture.Pixels(ctx)
	if err != nil {
		return nil, err
	}
	back, ok := c.plane.Inverse()
	if !ok {
		return nil, engine.Failf(engine.RuntimeInput, "perspective_polygons has three corners on one line, which is no plane")
	}
	return c.picture.WithPixels(raster.Warp(pixels, c.w, c.h, back)), nil
}

// correct maps detections: masks by their outlines, boxes by their corners.
func (c *correction) correct(d *value.Detections) *value.Detections {
	next := d.Copy()
	next.XYXY = make([]value.Box, d.Len())
	if d.Masks != nil {
		next.Masks = make([]*value.Mask, d.Len())
	}
	for i, box := range d.XYXY {
		outline := geometry.Corners(value.Box{math.RoundToEven(box[0]), math.RoundToEven(box[1]), math.RoundToEven(box[2]), math.RoundToEven(box[3])})
		masked := d.Masks != nil && d.Masks[i] != nil
		if masked {
			if own := geometry.Points(d.Masks[i].Outline()); len(own) > 2 {
				outline = own
			}
		}
		mapped := c.pixels(outline)
		next.XYXY[i] = around(mapped)
		if masked {
			next.Masks[i] = value.FillPolygon(c.w, c.h, mapped)
		}
	}
	if cells := d.Data[value.ColumnKeypointsXY]; cells != nil {
		next.Data[value.ColumnKeypointsXY] = c.keypoints(cells)
	}
	return next
}

func (c *correction) pixels(points []geometry.Point) []image.Point {
	out := make([]image.Point, len(points))
	for i, p := range points {
		out[i] = c.plane.Apply(p).Pixel()
	}
	return out
}

func around(points []image.Point) value.Box {
	b := value.Box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range points {
		x, y := float64(p.X), float64(p.Y)
		b = value.Box{min(b[0], x), min(b[1], y), max(b[2], x), max(b[3], y)}
	}
	return b
}

// keypoints maps the points of each row. An entry that is not a point stays as it is.
func (c *correction) keypoints(cells []any) []any {
	out := make([]any, len(cells))
	for i, cell := range cells {
		list, _ := cell.([]any)
		mapped := make([]any, len(list))
		for k, item := range list {
			mapped[k] = item
			pair, _ := item.([]any)
			if len(pair) != 2 {
				continue
			}
			x, okX := value.Float(pair[0])
			y, okY := value.Float(pair[1])
			if okX && okY {
				p := c.plane.Apply(geometry.Point{X: x, Y: y}).Pixel()
				mapped[k] = []any{float64(p.X), float64(p.Y)}
			}
		}
		out[i] = mapped
	}
	return out
}

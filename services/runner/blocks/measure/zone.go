package measure

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// zoning are the parameters of the block.
type zoning struct {
	corners         int
	scale, fraction float64
	fit             bool
}

// newZone makes the block that turns each mask into a zone with a given number of corners.
func newZone(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		z, err := newZoning(call)
		if err != nil {
			return engine.None(), err
		}
		predictions := call.Batch("predictions")
		results := make([]engine.Result, predictions.Len())
		for i := range results {
			d, ok := predictions.Values[i].(*value.Detections)
			if !ok {
				return engine.None(), engine.Failf(engine.QueryInput, "predictions must be detections")
			}
			results[i] = z.all(d)
		}
		return engine.Many(results), ctx.Err()
	}), nil
}

func newZoning(call *engine.Call) (z zoning, err error) {
	if z.corners, err = argument.Whole(call, "required_number_of_vertices", 3, 1000); err != nil {
		return z, err
	}
	if z.scale, err = argument.Number(call, "scale_ratio", 0, 1000); err != nil {
		return z, err
	}
	z.fraction, err = argument.Number(call, "midpoint_fraction", 0, 1)
	z.fit = value.Truthy(call.Arg("apply_least_squares"))
	return z, err
}

func (z zoning) all(d *value.Detections) engine.Result {
	if d.Masks == nil {
		return engine.One(engine.Outputs{"zones": []any{}, "predictions": nil, "simplification_converged": false})
	}
	zones, polygons, rows, converged := []any{}, []any{}, []int{}, true
	var masks []*value.Mask
	for i, mask := range d.Masks {
		zone, exact := z.one(mask)
		converged = converged && exact
		if len(zone) == 0 {
			continue
		}
		zones, polygons, rows = append(zones, list(zone)), append(polygons, list(zone)), append(rows, i)
		masks = append(masks, value.FillPolygon(mask.Width, mask.Height, zone))
	}
	next := d.Select(rows)
	next.Masks = masks
	next.Data[value.ColumnPolygon] = polygons
	return engine.One(engine.Outputs{"zones": zones, "predictions": next, "simplification_converged": converged})
}

// one returns the zone of a mask, and whether it has the wanted number of corners without any
// added or dropped. A mask without area has no zone.
func (z zoning) one(mask *value.Mask) (zone []image.Point, exact bool) {
	if mask == nil {
		return nil, false
	}
	outline := geometry.Points(mask.Outline())
	if geometry.Area(outline) == 0 {
		return nil, false
	}
	corners := z.simplified(geometry.Hull(outline))
	if z.fit {
		corners = fitted(outline, corners, z.fraction)
	}
	exact = len(corners) == z.corners
	for len(corners) < z.corners {
		corners = append(corners, corners[len(corners)-1])
	}
	corners = corners[:z.corners]
	center, ok := geometry.Centroid(corners)
	for _, p := range corners {
		if ok {
			p.X, p.Y = center.X+(p.X-center.X)*z.scale, center.Y+(p.Y-center.Y)*z.scale
		}
		zone = append(zone, p.Pixel())
	}
	return zone, exact
}

// simplified looks for the tolerance that leaves the wanted number of corners.
func (z zoning) simplified(hull []geometry.Point) []geometry.Point {
	low, high := 0.0, geometry.Perimeter(hull)
	corners := geometry.Simplify(hull, high/2)
	for range 64 { // a larger tolerance does not change the result any more
		if len(corners) == z.corners {
			break
		}
		middle := (low + high) / 2
		if corners = geometry.Simplify(hull, middle); len(corners) > z.corners {
			low = middle
		} else {
			high = middle
		}
	}
	return corners
}

func list(zone []image.Point) []any {
	out := make([]any, len(zone))
	for i, p := range zone {
		out[i] = []any{int64(p.X), int64(p.Y)}
	}
	return out
}

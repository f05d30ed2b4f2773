package argument

import (
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// MostCorners bounds the points of a zone, a line or a path.
const MostCorners = 4096

// Points returns a field that must be a list of points [x, y] with at least the given length.
func Points(call *engine.Call, field string, least int) ([]geometry.Point, error) {
	points, ok := points(call.Arg(field))
	if !ok || len(points) < least || len(points) > MostCorners {
		return nil, noPoints(field, least)
	}
	return points, nil
}

// Polygons returns a field that must be a polygon or a list of polygons. It may be empty.
func Polygons(call *engine.Call, field string) ([][]geometry.Point, error) {
	given, ok := call.Arg(field).([]any)
	if !ok {
		return nil, noPoints(field, 3)
	}
	if one, ok := points(given); ok && len(one) > 0 {
		given = []any{given}
	}
	var out [][]geometry.Point
	corners := 0
	for _, v := range given {
		polygon, ok := points(v)
		corners += len(polygon)
		if !ok || len(polygon) < 3 || corners > MostCorners {
			return nil, noPoints(field, 3)
		}
		out = append(out, polygon)
	}
	return out, nil
}

// points reads corners. Their bounds also refuse NaN and infinity.
func points(v any) ([]geometry.Point, bool) {
	const most = 1e9
	list, ok := PointList(v, MostCorners)
	far := slices.ContainsFunc(list, func(p geometry.Point) bool { return !(math.Abs(p.X) < most && math.Abs(p.Y) < most) })
	return list, ok && !far
}

// PointList reads a list of pairs of numbers, of bounded length.
func PointList(v any, most int) ([]geometry.Point, bool) {
	list, ok := v.([]any)
	if !ok || len(list) > most {
		return nil, false
	}
	out := make([]geometry.Point, len(list))
	for i, v := range list {
		pair, _ := v.([]any)
		if len(pair) != 2 {
			return nil, false
		}
		x, okX := value.Float(pair[0])
		y, okY := value.Float(pair[1])
		if !okX || !okY {
			return nil, false
		}
		out[i] = geometry.Point{X: x, Y: y}
	}
	return out, true
}

func noPoints(field string, least int) error {
	return engine.Failf(engine.RuntimeInput, "%s must be a list of %d to %d points [x, y]", field, least, MostCorners)
}

package measure

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const (
	// columnNearest holds the distance to the nearest target in pixels, or null.
	columnNearest = "nearest_target_distance"
	// tie is how much farther a target may be, in pixels, to count as nearest too.
	tie = 1.0
	// maxMatches bounds the pairs in the result, because every target can be a tie.
	maxMatches = 20_000
)

// newNearest makes the block that finds the nearest target of each detection. Targets that
// are less than one pixel farther match too.
func newNearest(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		from, points, err := anchors(call, "query")
		if err != nil {
			return engine.None(), err
		}
		to, targets, err := anchors(call, "target")
		if err != nil {
			return engine.None(), err
		}
		if err := argument.Pairs(from.Len(), to.Len()); err != nil {
			return engine.None(), err
		}
		n := nearest{from: from, to: to, points: points, targets: targets, most: math.Inf(1)}
		if most, ok := value.Float(call.Arg("max_distance")); ok {
			n.most = most
		}
		distances := n.match()
		if len(n.rows) > maxMatches {
			return engine.None(), engine.Failf(engine.LimitsCaused, "there are more than %d pairs of nearest detections; filter the detections first", maxMatches)
		}
		from = from.With(columnNearest, distances)
		return engine.One(engine.Outputs{
			"query_predictions":         from,
			"matched_query_detections":  from.Select(n.rows),
			"matched_target_detections": to.Select(n.matched),
		}), ctx.Err()
	}), nil
}

// nearest collects the pairs of rows: those of the query and those of the targets.
type nearest struct {
	from, to        *value.Detections
	points, targets []geometry.Point
	most            float64
	rows, matched   []int
}

// match returns the distance of each row. It stops when there are too many pairs.
func (n *nearest) match() []any {
	distances := make([]any, n.from.Len())
	own := make([]float64, len(n.targets))
	n.rows, n.matched = []int{}, []int{}
	for i := range distances {
		least := math.Inf(1)
		for j := range own {
			own[j] = n.distance(i, j)
			least = min(least, own[j])
		}
		if math.IsInf(least, 1) {
			continue
		}
		distances[i] = least
		for j, d := range own {
			if d <= least+tie && d <= n.most {
				n.rows, n.matched = append(n.rows, i), append(n.matched, j)
			}
		}
		if len(n.rows) > maxMatches {
			break
		}
	}
	return distances
}

// distance is infinite for a target that is too far away, lacks the point, or is the
// detection itself.
func (n *nearest) distance(i, j int) float64 {
	d := n.points[i].Distance(n.targets[j])
	id := n.from.At(value.ColumnID, i)
	if math.IsNaN(d) || d > n.most || id != nil && id == n.to.At(value.ColumnID, j) {
		return math.Inf(1)
	}
	return d
}

// anchors returns one of the two sets with the point of each row.
func anchors(call *engine.Call, which string) (*value.Detections, []geometry.Point, error) {
	d, err := argument.Detections(call, which+"_predictions")
	if err != nil {
		return nil, nil, err
	}
	points := make([]geometry.Point, d.Len())
	name := argument.Text(call, which+"_point")
	keypoint := argument.Text(call, which+"_keypoint_name")
	switch {
	case name == "KEYPOINT" && keypoint == "":
		return nil, nil, engine.Failf(engine.RuntimeInput, "%s_keypoint_name must be set when %s_point is KEYPOINT", which, which)
	case name == "KEYPOINT" && d.Len() > 0 && d.Data[value.ColumnKeypointsXY] == nil:
		return nil, nil, engine.Failf(engine.QueryInput, "%s_predictions have no key points; use the detections of a keypoint model", which)
	}
	for i, box := range d.XYXY {
		var ok bool
		if name == "KEYPOINT" {
			points[i] = keypointOf(d, i, keypoint)
		} else if points[i], ok = geometry.Anchor(box, name); !ok {
			return nil, nil, engine.Failf(engine.RuntimeInput, "%s_point %.60q is not known", which, name)
		}
	}
	return d, points, nil
}

// keypointOf returns the named key point of a row. Its coordinates are NaN if it was not
// found.
func keypointOf(d *value.Detections, i int, name string) geometry.Point {
	names, _ := d.At(value.ColumnKeypointsClass, i).([]any)
	points, _ := d.At(value.ColumnKeypointsXY, i).([]any)
	for k := range min(len(names), len(points)) {
		if names[k] == name {
			if p, ok := pointOf(points[k]); ok {
				return p
			}
		}
	}
	return geometry.Point{X: math.NaN(), Y: math.NaN()}
}

// pointOf reads [x, y].
func pointOf(v any) (geometry.Point, bool) {
	pair, _ := v.([]any)
	if len(pair) != 2 {
		return geometry.Point{}, false
	}
	x, okX := value.Float(pair[0])
	y, okY := value.Float(pair[1])
	return geometry.Point{X: x, Y: y}, okX && okY && !math.IsInf(x, 0) && !math.IsInf(y, 0)
}

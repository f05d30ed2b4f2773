package zone

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// crossings is the memory for a line: the side of each object, and the counts.
type crossings struct {
	left    map[int64]bool
	in, out int64
}

// countCrossings counts the objects that cross a line in each direction.
func countCrossings(ctx context.Context, call *engine.Call, at video.Frame, d *value.Detections) (engine.Outputs, error) {
	out, err := listCrossings(ctx, call, at, d)
	delete(out, "detections_in")
	delete(out, "detections_out")
	return out, err
}

// listCrossings also returns the objects that cross the line in this frame. An object
// crosses when all its anchors change the side between the two ends of the line.
func listCrossings(_ context.Context, call *engine.Call, at video.Frame, d *value.Detections) (engine.Outputs, error) {
	line, err := argument.Points(call, "line_segment", 2)
	if err != nil || len(line) != 2 || line[0] == line[1] {
		return nil, engine.Failf(engine.RuntimeInput, "line_segment must be two different points [x, y]")
	}
	anchors := []string{argument.Text(call, "triggering_anchor")}
	if anchors[0] == "" {
		anchors = []string{"TOP_LEFT", "TOP_RIGHT", "BOTTOM_LEFT", "BOTTOM_RIGHT"}
	}
	known := video.State(call, at, func() *crossings { return &crossings{left: map[int64]bool{}} })
	in, out := []int{}, []int{}
	for i := range d.XYXY {
		left, decided, err := side(line, d, i, anchors)
		if err != nil {
			return nil, err
		}
		if !decided {
			continue
		}
		before, seen := known.left[d.TrackerID[i]]
		known.left[d.TrackerID[i]] = left
		switch {
		case !seen || before == left:
		case left:
			in = append(in, i)
		default:
			out = append(out, i)
		}
	}
	known.in += int64(len(in))
	known.out += int64(len(out))
	return engine.Outputs{
		"count_in": known.in, "count_out": known.out, "detections_in": d.Select(in), "detections_out": d.Select(out),
	}, nil
}

// side reports on which side of the line the anchors are. It is not decided if they are on
// both sides, or before or behind the ends of the line.
func side(line []geometry.Point, d *value.Detections, i int, anchors []string) (left, decided bool, err error) {
	dx, dy := line[1].X-line[0].X, line[1].Y-line[0].Y
	for k, anchor := range anchors {
		p, err := anchorOf(d, i, d.XYXY[i], anchor)
		if err != nil {
			return false, false, err
		}
		fromX, fromY := p.X-line[0].X, p.Y-line[0].Y
		// products with the direction to the left at the start, and to the right at the end
		start := -dy*fromY - dx*fromX
		end := dy*(p.Y-line[1].Y) + dx*(p.X-line[1].X)
		here := dx*fromY-dy*fromX < 0
		if (start > 0) != (end > 0) || k > 0 && here != left {
			return false, false, nil
		}
		left = here
	}
	return left, true, nil
}

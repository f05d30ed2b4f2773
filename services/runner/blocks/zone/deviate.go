package zone

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// paths has one entry for the path of each object: its distances from every beginning of the
// reference path. These suffice to continue, so the path itself is not kept.
type paths struct{ distances map[int64][]float64 }

// deviate measures how far the path of each object is from a reference path, in pixels
// (the discrete Fréchet distance; Mannila et al., "Computing Discrete Fréchet Distance", 1994).
func deviate(ctx context.Context, call *engine.Call, at video.Frame, d *value.Detections) (engine.Outputs, error) {
	reference, err := argument.Points(call, "reference_path", 1)
	if err != nil {
		return nil, err
	}
	known := video.State(call, at, func() *paths { return &paths{map[int64][]float64{}} })
	cells := make([]any, d.Len())
	for i := range d.XYXY {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p, err := anchorOf(d, i, d.XYXY[i], argument.Text(call, "triggering_anchor"))
		if err != nil {
			return nil, err
		}
		id := d.TrackerID[i]
		before := known.distances[id]
		if len(before) != len(reference) {
			// A number takes as much memory as two pixels.
			if err := value.Grow(ctx, 2*len(reference), 1); err != nil {
				return nil, err
			}
			before = nil
		}
		next := extend(before, reference, p)
		known.distances[id], cells[i] = next, next[len(next)-1]
	}
	return engine.Outputs{"path_deviation_detections": d.With("path_deviation", cells)}, nil
}

// extend adds a point to a path. before is nil for its first one.
func extend(before []float64, reference []geometry.Point, p geometry.Point) []float64 {
	next := make([]float64, len(reference))
	for j, q := range reference {
		best := math.Inf(1)
		if before != nil {
			best = before[j]
		}
		if j > 0 {
			best = min(best, next[j-1])
			if before != nil {
				best = min(best, before[j-1])
			}
		} else if before == nil {
			best = 0
		}
		next[j] = max(best, p.Distance(q))
	}
	return next
}

package measure

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const (
	// maxOverlaps bounds the pairs in the result.
	maxOverlaps = 20_000
	// overlapWork bounds the comparisons of edges in one call. It is about a second of work.
	overlapWork = 50_000_000
)

// newOverlapAnalysis makes the block that lists the pairs of two sets that overlap, with the
// share of the first that the second covers. It compares the outlines of detections that have
// masks.
func newOverlapAnalysis(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		first, err := argument.Detections(call, "reference_predictions")
		if err != nil {
			return engine.None(), err
		}
		second, err := argument.Detections(call, "candidate_predictions")
		if err != nil {
			return engine.None(), err
		}
		if err := argument.Pairs(first.Len(), second.Len()); err != nil {
			return engine.None(), err
		}
		least, err := argument.Number(call, "min_overlap", 0, 1)
		if err != nil {
			return engine.None(), err
		}
		list, err := overlaps(ctx, outlines{of: first}, outlines{of: second}, least)
		return engine.One(engine.Outputs{"overlaps": list}), err
	}), nil
}

func overlaps(ctx context.Context, first, second outlines, least float64) ([]any, error) {
	budget, list := geometry.Budget(overlapWork), []any{}
	for i := range first.of.Len() {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for j := range second.of.Len() {
			if first.of.XYXY[i].IoU(second.of.XYXY[j]) <= 0 {
				continue
			}
			outline := first.row(i)
			share := geometry.Intersection(outline, second.row(j), &budget) / geometry.Area(outline)
			if budget < 0 || len(list) > maxOverlaps {
				return nil, engine.Failf(engine.LimitsCaused, "the detections overlap too often to be compared; filter them first")
			}
			if share >= least { // not for an outline without area
				list = append(list, pair(first.of, i, second.of, j, share))
			}
		}
	}
	return list, nil
}

func pair(a *value.Detections, i int, b *value.Detections, j int, share float64) map[string]any {
	record := map[string]any{
		"reference_class": a.At(value.ColumnClass, i), "reference_confidence": a.Confidence[i],
		"candidate_class": b.At(value.ColumnClass, j), "candidate_confidence": b.Confidence[j],
		"overlap_ratio": min(share, 1),
	}
	if id := a.At(value.ColumnID, i); id != nil {
		record["reference_detection_id"] = id
	}
	if id := b.At(value.ColumnID, j); id != nil {
		record["candidate_detection_id"] = id
	}
	return record
}

// outlines finds the outline of each row once, when it is first needed.
type outlines struct {
	of    *value.Detections
	found map[int][]geometry.Point
}

func (o *outlines) row(i int) []geometry.Point {
	if known, ok := o.found[i]; ok {
		return known
	}
	if o.found == nil {
		o.found = map[int][]geometry.Point{}
	}
	o.found[i] = geometry.Corners(o.of.XYXY[i])
	if o.of.Masks != nil && o.of.Masks[i] != nil {
		if outline := o.of.Masks[i].Outline(); len(outline) > 2 && simple(outline) {
			o.found[i] = geometry.Points(outline)
		}
	}
	return o.found[i]
}

// simple reports whether an outline passes each pixel at most once. Otherwise it is not a
// polygon.
func simple(outline []image.Point) bool {
	seen := map[image.Point]bool{}
	for i, p := range outline {
		next := outline[(i+1)%len(outline)]
		step := image.Pt(sign(next.X-p.X), sign(next.Y-p.Y))
		for ; p != next; p = p.Add(step) {
			if seen[p] {
				return false
			}
			seen[p] = true
		}
	}
	return true
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

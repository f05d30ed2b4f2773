package measure

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newOverlap makes the block that keeps the detections that overlap with a detection of a
// given class. It drops those of the class itself.
func newOverlap(step engine.Step) (engine.Block, error) {
	overlaps := touches
	if step.Fields["overlap_type"] == "Center Overlap" {
		overlaps = holdsCenter
	}
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		d, err := argument.Detections(call, "predictions")
		if err != nil {
			return engine.None(), err
		}
		var zones []value.Box
		var others []int
		for i, box := range d.XYXY {
			if d.Class(i) == call.Arg("overlap_class_name") {
				zones = append(zones, box)
			} else {
				others = append(others, i)
			}
		}
		if err := argument.Pairs(len(zones), len(others)); err != nil {
			return engine.None(), err
		}
		rows := []int{}
		for _, i := range others {
			for _, zone := range zones {
				if overlaps(zone, d.XYXY[i]) {
					rows = append(rows, i)
					break
				}
			}
		}
		return engine.One(engine.Outputs{"overlaps": d.Select(rows)}), nil
	}), nil
}

func holdsCenter(zone, box value.Box) bool {
	x, y := box.Center()
	return x > zone[0] && x < zone[2] && y > zone[1] && y < zone[3]
}

// touches also accepts boxes that only share an edge.
func touches(zone, box value.Box) bool {
	return box[2] >= zone[0] && box[0] <= zone[2] && box[3] >= zone[1] && box[1] <= zone[3]
}

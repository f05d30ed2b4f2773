package fusion

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newConsensus makes the block that keeps the detections that several models agree on, and
// merges them.
func newConsensus(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		sources, _ := call.Arg("predictions_batches").([]any)
		if len(sources) == 0 {
			return engine.None(), engine.Failf(engine.QueryInput, "predictions_batches must name at least one step")
		}
		results := make([]engine.Result, len(call.Indices))
		left := visits(maxVisits)
		for i := range results {
			v := newVote(call, &left)
			for _, source := range sources {
				if batch, ok := source.(*engine.Batch); ok {
					source = batch.Values[i]
				}
				d, err := detections("predictions_batches", source)
				if err != nil {
					return engine.None(), err
				}
				v.sources = append(v.sources, v.considered(d))
			}
			var err error
			if results[i], err = v.result(); err != nil {
				return engine.None(), err
			}
		}
		return engine.Many(results), nil
	}), nil
}

// vote is the consensus on one picture.
type vote struct {
	call    *engine.Call
	left    *visits
	sources []*value.Detections
	// all has the rows of all sources; from has the source of each row.
	all  *value.Detections
	from []int

	required        int64
	aware           bool
	threshold, sure float64
}

func newVote(call *engine.Call, left *visits) *vote {
	v := &vote{call: call, left: left, aware: value.Truthy(call.Arg("class_aware"))}
	v.required, _ = value.Int(call.Arg("required_votes"))
	v.threshold, _ = value.Float(call.Arg("iou_threshold"))
	v.sure, _ = value.Float(call.Arg("confidence"))
	return v
}

// considered drops the detections of classes that the step does not name.
func (v *vote) considered(d *value.Detections) *value.Detections {
	classes, _ := v.call.Arg("classes_to_consider").([]any)
	if len(classes) == 0 {
		return d
	}
	wanted := make(map[any]bool, len(classes))
	for _, name := range classes {
		if text, ok := name.(string); ok {
			wanted[text] = true
		}
	}
	rows := []int{}
	for i := range d.Len() {
		if wanted[d.Class(i)] {
			rows = append(rows, i)
		}
	}
	return d.Select(rows)
}

func (v *vote) result() (engine.Result, error) {
	v.all = value.Merge(v.sources)
	if v.all.Len() > maxCompared {
		return engine.None(), engine.Failf(engine.QueryInput, "there are %d detections; at most %d can be compared", v.all.Len(), maxCompared)
	}
	for i, d := range v.sources {
		for range d.Len() {
			v.from = append(v.from, i)
		}
	}
	for _, id := range v.all.Data[value.ColumnParentID] {
		if id != v.all.Data[value.ColumnParentID][0] {
			return engine.None(), engine.Failf(engine.QueryInput, "predictions_batches must be detections on the same picture")
		}
	}
	merged, err := v.merged(v.groups())
	if err != nil {
		return engine.None(), err
	}
	present, confidence := v.presence(merged)
	return engine.One(engine.Outputs{"predictions": merged, "object_present": present, "presence_confidence": confidence}), nil
}

// groups returns the rows that agree. Each row collects, from each other source, the row that
// overlaps with it most, and needs enough of them. A row belongs to one group.
func (v *vote) groups() [][]int {
	taken := make([]bool, v.all.Len())
	var out [][]int
	for i := range v.all.Len() {
		if taken[i] {
			continue
		}
		group := v.agreeing(i, taken)
		if int64(len(group)) < v.required || aggregate(v.mode("detections_merge_confidence_aggregation"), v.confidences(group)) < v.sure {
			continue
		}
		for _, row := range group {
			taken[row] = true
		}
		out = append(out, group)
	}
	return out
}

func (v *vote) agreeing(i int, taken []bool) []int {
	best := make([]int, len(v.sources))
	most := make([]float64, len(v.sources))
	for j := range v.all.Len() {
		from := v.from[j]
		if from == v.from[i] || taken[j] || v.aware && v.all.Class(i) != v.all.Class(j) {
			continue
		}
		if iou := v.all.XYXY[i].IoU(v.all.XYXY[j]); iou > v.threshold && iou > most[from] {
			best[from], most[from] = j, iou
		}
	}
	group := []int{i}
	for from, row := range best {
		if most[from] > 0 {
			group = append(group, row)
		}
	}
	return group
}

package fusion_test

import (
	"image"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/fusion"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// run runs a step on up to three sets of detections and a list, and returns its outputs.
func run(t *testing.T, step string, list []any, sets ...*value.Detections) (map[string]any, error) {
	t.Helper()
	definition := `{"version": "1.3.0", "inputs": [
	  {"type": "WorkflowBatchInput", "name": "a", "kind": ["object_detection_prediction"]},
	  {"type": "WorkflowBatchInput", "name": "b", "kind": ["object_detection_prediction"]},
	  {"type": "WorkflowBatchInput", "name": "c", "kind": ["object_detection_prediction"]},
	  {"type": "WorkflowParameter", "name": "list", "kind": ["list_of_values"]}], "steps": [` + step + `],
	  "outputs": [{"type": "JsonField", "name": "out", "selector": "$steps.s.*", "coordinates_system": "own"}]}`
	p, _, problems := plan.Load([]byte(definition), manifest.Core())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, err := engine.Compile(p, fusion.Blocks())
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]any{"a": found(""), "b": found(""), "c": found(""), "list": list}
	for i, d := range sets {
		given[string(rune('a'+i))] = d
	}
	got, err := w.Run(t.Context(), engine.Request{Env: engine.Env{NewID: func() string { return "new" }}, Inputs: given})
	if err != nil {
		return nil, err
	}
	return got[0]["out"].(map[string]any), nil
}

func must(t *testing.T, step string, list []any, sets ...*value.Detections) map[string]any {
	t.Helper()
	out, err := run(t, step, list, sets...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// found makes detections on a picture of 100 by 80. Each letter of classes is one row.
func found(classes string, boxes ...value.Box) *value.Detections {
	d := &value.Detections{Data: map[string][]any{}}
	for i, class := range classes {
		d.XYXY = append(d.XYXY, boxes[i])
		d.Confidence = append(d.Confidence, 0.9-0.1*float64(i))
		d.ClassID = append(d.ClassID, int64(class))
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], string(class))
		d.Data[value.ColumnID] = append(d.Data[value.ColumnID], "id"+string(rune('0'+i)))
	}
	return d.Place(value.NewImage(image.NewGray(image.Rect(0, 0, 100, 80)), "image"))
}

func equal(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })); diff != "" {
		t.Error(diff)
	}
}

func rows(t *testing.T, v any) *value.Detections {
	t.Helper()
	d, ok := v.(*value.Detections)
	if !ok {
		t.Fatalf("%T is not detections", v)
	}
	return d
}

// The can moves by 5 of 100 pixels: an IoU of 95/105, a cost of 0.4 * 10/105. A box that is
// a bottle no longer costs 0.15 more. Two far boxes are 60 apart in a box of 70 by 10:
// 0.4 * (1 + 60/70.71) = 0.739 is less than 0.75, and more than 0.7.
func TestDifference(t *testing.T) {
	t.Parallel()
	step := `{"type": "DetectionsDifference", "name": "s", "reference_predictions": "$inputs.a", "candidate_predictions": "$inputs.b"`
	before := found("bcx", value.Box{0, 0, 100, 10}, value.Box{0, 20, 100, 30}, value.Box{0, 60, 10, 70})
	after := found("cbx", value.Box{5, 20, 105, 30}, value.Box{0, 0, 100, 10}, value.Box{60, 60, 70, 70})
	for _, c := range []struct {
		more           string
		gone, new      int64
		verified       bool
		before, stayed *value.Detections
	}{
		{`}`, 0, 0, false, before, after},
		{`, "reject_cost": 0.7}`, 1, 1, true, before, after},
		{`, "reject_cost": 0.7, "min_removed_to_verify": 2}`, 1, 1, false, before, after},
		{`}`, 3, 0, true, before, found("")},
		{`}`, 0, 3, false, found(""), after},
	} {
		out := must(t, step+c.more, nil, c.before, c.stayed)
		equal(t, []any{c.gone, c.new, c.verified}, []any{out["removed_count"], out["new_count"], out["verified"]})
		equal(t, int(c.gone), rows(t, out["removed_detections"]).Len())
		equal(t, c.stayed.Len()-int(c.new), rows(t, out["persisted_detections"]).Len())
	}
	one, other := found("b", value.Box{0, 0, 10, 10}), found("c", value.Box{0, 0, 10, 10})
	equal(t, int64(0), must(t, step+`, "reject_cost": 0.15}`, nil, one, other)["removed_count"])
	equal(t, int64(1), must(t, step+`, "reject_cost": 0.14}`, nil, one, other)["removed_count"])
	equal(t, int64(1), must(t, step+`, "class_strict": true}`, nil, one, other)["removed_count"])
}

// a and b see a dog at 0..10 and 2..12, an IoU of 8/12. b alone sees a cat.
func TestConsensus(t *testing.T) {
	t.Parallel()
	step := `{"type": "DetectionsConsensus", "name": "s", "predictions_batches": ["$inputs.a", "$inputs.b", "$inputs.c"]`
	a := found("d", value.Box{0, 0, 10, 10})                             // 0.9
	b := found("cd", value.Box{50, 50, 60, 60}, value.Box{2, 0, 12, 10}) // 0.9, 0.8
	c := found("x", value.Box{0, 0, 10, 11})                             // 0.9
	out := must(t, step+`, "required_votes": 2}`, nil, a, b, c)
	d := rows(t, out["predictions"])
	equal(t, []value.Box{{1, 0, 11, 10}}, d.XYXY)
	equal(t, []float64{0.85}, d.Confidence)
	equal(t, []any{"d"}, d.Data[value.ColumnClass])
	equal(t, []any{"new"}, d.Data[value.ColumnID])
	equal(t, []any{"image"}, d.Data[value.ColumnParentID])
	equal(t, []any{true, map[string]any{"d": 0.85}}, []any{out["object_present"], out["presence_confidence"]})

	out = must(t, step+`, "required_votes": 3, "class_aware": false, "detections_merge_coordinates_aggregation": "max", "detections_merge_confidence_aggregation": "min"}`, nil, a, b, c)
	d = rows(t, out["predictions"])
	equal(t, []value.Box{{0, 0, 10, 11}}, d.XYXY)
	equal(t, []float64{0.8}, d.Confidence)
	equal(t, map[string]any{"any_object": 0.8}, out["presence_confidence"])

	for more, want := range map[string]int{
		`"required_votes": 1`:                                4 - 1,
		`"required_votes": 1, "classes_to_consider": ["c"]`:  1,
		`"required_votes": 2, "iou_threshold": 0.7`:          0,
		`"required_votes": 2, "confidence": 0.86`:            0,
		`"required_votes": 4`:                                0,
		`"required_votes": 1, "required_objects": 9`:         3,
		`"required_votes": 1, "required_objects": {"d": 1}`:  3,
		`"required_votes": 1, "required_objects": {"no": 1}`: 3,
	} {
		out := must(t, step+`, `+more+`}`, nil, a, b, c)
		equal(t, want, rows(t, out["predictions"]).Len())
		present := want > 0 && !strings.Contains(more, "9") && !strings.Contains(more, "no")
		equal(t, present, out["object_present"])
	}
	elsewhere := b.WithAll(value.ColumnParentID, "other")
	if _, err := run(t, step+`, "required_votes": 1}`, nil, a, elsewhere); err == nil {
		t.Error("detections on two pictures were merged")
	}
}

// The masks are x 0..3 and 2..5 of one row: they share 2 of 6 pixels.
func TestConsensusOfMasks(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]int{"union": 6, "intersection": 2, "max": 4, "min": 4} {
		a, b := found("d", value.Box{0, 0, 10, 10}), found("d", value.Box{0, 0, 10, 10})
		a.Masks, b.Masks = []*value.Mask{stripe(0, 4)}, []*value.Mask{stripe(2, 6)}
		out := must(t, `{"type": "DetectionsConsensus", "name": "s", "predictions_batches": ["$inputs.a", "$inputs.b"], "required_votes": 2,
		  "detections_merge_mask_aggregation": "`+mode+`"}`, nil, a, b)
		d := rows(t, out["predictions"])
		equal(t, want, d.Masks[0].Area())
		equal(t, []any{"instance-segmentation"}, d.Data[value.ColumnPredictionType])
	}
}

// stripe marks the pixels from x to end in the first row.
func stripe(x, end int) *value.Mask {
	m := value.NewMask(100, 80, image.Rect(x, 0, end, 1))
	for ; x < end; x++ {
		m.Set(x, 0)
	}
	return m
}

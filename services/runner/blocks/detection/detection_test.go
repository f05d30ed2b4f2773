package detection_test

import (
	"fmt"
	"image"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/detection"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// run runs one step on two sets of detections, classifications of the first and a picture.
func run(t *testing.T, step string, given map[string]any) (*value.Detections, error) {
	t.Helper()
	definition := `{"version": "1.3.0", "inputs": [
	  {"type": "WorkflowBatchInput", "name": "found", "kind": ["object_detection_prediction"]},
	  {"type": "WorkflowBatchInput", "name": "more", "kind": ["object_detection_prediction"]},
	  {"type": "WorkflowBatchInput", "name": "classes", "kind": ["*"], "dimensionality": 2},
	  {"type": "WorkflowImage", "name": "image"},
	  {"type": "WorkflowParameter", "name": "p"}], "steps": [` + step + `],
	  "outputs": [{"type": "JsonField", "name": "out", "selector": "$steps.s.predictions", "coordinates_system": "own"}]}`
	p, _, problems := plan.Load([]byte(definition), manifest.Core())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, err := engine.Compile(p, detection.Blocks())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"found", "more"} {
		if given[name] == nil {
			given[name] = []any{found()}
		}
	}
	if given["image"] == nil {
		given["image"] = value.NewImage(image.NewGray(image.Rect(0, 0, 100, 80)), "image")
	}
	if given["classes"] == nil {
		given["classes"] = []any{[]any{}}
	}
	n := 0
	newID := func() string { n++; return fmt.Sprint("new", n) }
	got, err := w.Run(t.Context(), engine.Request{Env: engine.Env{NewID: newID}, Inputs: given})
	if err != nil {
		return nil, err
	}
	d, _ := got[0]["out"].(*value.Detections)
	return d, nil
}

// found is detections on a picture of 100 by 80, with ids a, b ...
func found(boxes ...value.Box) *value.Detections {
	d := &value.Detections{Data: map[string][]any{}}
	for i, box := range boxes {
		d.XYXY = append(d.XYXY, box)
		d.Confidence = append(d.Confidence, 0.5+0.1*float64(i))
		d.ClassID = append(d.ClassID, int64(i))
		d.Data[value.ColumnID] = append(d.Data[value.ColumnID], string(rune('a'+i)))
		d.Data[value.ColumnParentID] = append(d.Data[value.ColumnParentID], "image")
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], []any{"dog", "cat"}[i%2])
		d.Data[value.ColumnImageDimensions] = append(d.Data[value.ColumnImageDimensions], []any{int64(80), int64(100)})
	}
	return d
}

func must(t *testing.T, step string, given map[string]any) *value.Detections {
	t.Helper()
	d, err := run(t, step, given)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func equal(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })); diff != "" {
		t.Error(diff)
	}
}

// Half of 7 is 3 in whole pixels. A box of 20 by 10 grows by 10 % of 20 and of 10, half on
// each side. No box leaves the picture.
func TestOffset(t *testing.T) {
	t.Parallel()
	given := func() map[string]any {
		return map[string]any{"found": []any{found(value.Box{10, 20, 30, 30}, value.Box{1, 1, 99, 79})}}
	}
	d := must(t, `{"type": "DetectionOffset", "name": "s", "predictions": "$inputs.found", "offset_x": 7, "offset_y": 4}`, given())
	equal(t, []value.Box{{7, 18, 33, 32}, {0, 0, 100, 80}}, d.XYXY)
	equal(t, []any{"a", "b"}, d.Data[value.ColumnParentID])
	equal(t, []any{"new1", "new2"}, d.Data[value.ColumnID])
	d = must(t, `{"type": "DetectionOffset", "name": "s", "predictions": "$inputs.found", "offset_width": 10, "offset_height": 20, "units": "Percent (%)"}`, given())
	equal(t, []value.Box{{9, 19, 31, 31}, {0, 0, 100, 80}}, d.XYXY)
}

func TestTransformationMustEndInDetections(t *testing.T) {
	t.Parallel()
	step := `{"type": "DetectionsTransformation", "name": "s", "predictions": "$inputs.found", "operations": [%s]}`
	given := map[string]any{"found": []any{found(value.Box{0, 0, 1, 1}, value.Box{0, 0, 9, 9})}}
	d := must(t, fmt.Sprintf(step, `{"type": "DetectionsSelection", "mode": "last"}`), given)
	equal(t, []any{"b"}, d.Data[value.ColumnID])
	if _, err := run(t, fmt.Sprintf(step, `{"type": "SequenceLength"}`), given); err == nil {
		t.Error("a number passed for detections")
	}
}

func TestCombineAndMerge(t *testing.T) {
	t.Parallel()
	given := map[string]any{"found": []any{found(value.Box{10, 20, 30, 40}, value.Box{5, 30, 20, 60})}, "more": []any{found(value.Box{0, 0, 1, 1})}}
	d := must(t, `{"type": "roboflow_core/detections_combine@v1", "name": "s", "prediction_one": "$inputs.found", "prediction_two": "$inputs.more"}`, given)
	equal(t, []value.Box{{10, 20, 30, 40}, {5, 30, 20, 60}, {0, 0, 1, 1}}, d.XYXY)
	d = must(t, `{"type": "roboflow_core/detections_merge@v1", "name": "s", "predictions": "$inputs.found", "class_name": "all"}`, given)
	equal(t, []value.Box{{5, 20, 30, 60}}, d.XYXY)
	equal(t, []float64{0.5}, d.Confidence)
	equal(t, []any{"all"}, d.Data[value.ColumnClass])
	if original := given["found"].([]any)[0].(*value.Detections); original.XYXY[0] != (value.Box{10, 20, 30, 40}) {
		t.Error("the block changed what it was given")
	}
	empty := must(t, `{"type": "roboflow_core/detections_merge@v1", "name": "s", "predictions": "$inputs.found"}`, map[string]any{})
	equal(t, 0, empty.Len())
}

func TestClassConfidence(t *testing.T) {
	t.Parallel()
	given := map[string]any{"found": []any{found(value.Box{}, value.Box{}, value.Box{})}} // dog 0.5, cat 0.6, dog 0.7
	d := must(t, `{"type": "roboflow_core/per_class_confidence_filter@v1", "name": "s", "predictions": "$inputs.found", "class_thresholds": {"dog": 0.7}, "default_threshold": 0.6}`, given)
	equal(t, []any{"b", "c"}, d.Data[value.ColumnID])
}

// A mask of 3 pixels at 2 pixels to the unit covers 0.75 square units; a box of 4 by 2
// covers 8 pixels, 2 square units.
func TestMaskArea(t *testing.T) {
	t.Parallel()
	step := `{"type": "roboflow_core/mask_area_measurement@v1", "name": "s", "predictions": "$inputs.found", "pixels_per_unit": 2.0}`
	d := must(t, step, map[string]any{"found": []any{found(value.Box{0, 0, 4, 2})}})
	equal(t, []any{8.0}, d.Data["area_px"])
	equal(t, []any{2.0}, d.Data["area_converted"])
	masked := found(value.Box{0, 0, 4, 2})
	mask := value.NewMask(100, 80, image.Rect(0, 0, 4, 2))
	for x := range 3 {
		mask.Set(x, 0)
	}
	masked.Masks = []*value.Mask{mask}
	d = must(t, step, map[string]any{"found": []any{masked}})
	equal(t, []any{3.0}, d.Data["area_px"])
	equal(t, []any{0.75}, d.Data["area_converted"])
}

func TestClassesReplacement(t *testing.T) {
	t.Parallel()
	single := func(parent, top string, id int64) map[string]any {
		return map[string]any{
			"parent_id": parent, "top": top, "confidence": 0.9,
			"predictions": []any{map[string]any{"class": "other", "class_id": int64(9)}, map[string]any{"class": top, "class_id": id, "confidence": 0.9}},
		}
	}
	multi := map[string]any{
		"parent_id": "c", "predicted_classes": []any{"small", "big"},
		"predictions": map[string]any{"small": map[string]any{"confidence": 0.3, "class_id": int64(1)}, "big": map[string]any{"confidence": 0.8, "class_id": int64(2)}},
	}
	given := func() map[string]any {
		return map[string]any{
			"found":   []any{found(value.Box{0, 0, 1, 1}, value.Box{0, 0, 2, 2}, value.Box{0, 0, 3, 3})},
			"classes": []any{[]any{single("a", "poodle", 4), nil, multi}},
		}
	}
	step := `{"type": "DetectionsClassesReplacement", "name": "s", "object_detection_predictions": "$inputs.found", "classification_predictions": "$inputs.classes"%s}`
	d := must(t, fmt.Sprintf(step, ""), given())
	equal(t, []any{"poodle", "big"}, d.Data[value.ColumnClass])
	equal(t, []int64{4, 2}, d.ClassID)
	equal(t, []float64{0.9, 0.8}, d.Confidence)
	equal(t, []value.Box{{0, 0, 1, 1}, {0, 0, 3, 3}}, d.XYXY)
	d = must(t, fmt.Sprintf(step, `, "fallback_class_name": "none", "fallback_class_id": 7`), given())
	equal(t, []any{"poodle", "none", "big"}, d.Data[value.ColumnClass])
	equal(t, []int64{4, 7, 2}, d.ClassID)
}

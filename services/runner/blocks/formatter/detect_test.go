package formatter_test

import (
	"fmt"
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/formatter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// On a picture of 40 by 30, 0.25 of the width is 10, 0.5 of the height is 15, and 0.16 of the
// height is 4.8, which is rounded.
func TestVLMAsDetector(t *testing.T) {
	t.Parallel()
	picture := value.NewImage(image.NewGray(image.Rect(0, 0, 40, 30)), "p")
	type found struct {
		boxes      []value.Box
		classes    []any
		ids        []int64
		confidence []float64
	}
	for _, c := range []struct {
		model, task, text string
		want              *found
	}{
		{
			"openai", "object-detection",
			`{"detections": [{"x_min": 0.25, "y_min": 0.16, "x_max": 1, "y_max": 0.5, "class_name": "cat", "confidence": 2}, {"x_min": 0, "y_min": 0, "x_max": 1, "y_max": 1, "class_name": "cow"}]}`,
			&found{[]value.Box{{10, 5, 40, 15}, {0, 0, 40, 30}}, []any{"cat", "cow"}, []int64{1, -1}, []float64{1, 1}},
		},
		{"openai", "object-detection", "```json\n{\"detections\": []}\n```", &found{}},
		// Each family has its own format: 500 thousandths of the height are 15, and 25 percent of the width
		// are 10.
		{"google-gemini", "object-detection", `[{"box_2d": [500, 250, 1000, 1000], "label": "cat"}]`, &found{[]value.Box{{10, 15, 40, 30}}, []any{"cat"}, []int64{1}, []float64{1}}},
		{"qwen", "object-detection", `[{"box_2d": [250, 500, 1000, 1000], "label": "cat", "confidence": 0.5}]`, &found{[]value.Box{{10, 15, 40, 30}}, []any{"cat"}, []int64{1}, []float64{0.5}}},
		{"spacexai", "object-detection", `[{"label": "cat", "box_2d": [25, 50, 100, 100]}]`, &found{[]value.Box{{10, 15, 40, 30}}, []any{"cat"}, []int64{1}, []float64{1}}},
		{"muse", "object-detection", `[{"label": "cat", "x_min": 250, "y_min": 500, "x_max": 1000, "y_max": 1000}]`, &found{[]value.Box{{10, 15, 40, 30}}, []any{"cat"}, []int64{1}, []float64{1}}},
		{"qwen", "object-detection", `[]`, &found{}},
		{"qwen", "object-detection", `[{"box_2d": [250, 500, 1000], "label": "cat"}]`, nil},
		{"qwen", "object-detection", `[{"box_2d": [1, 2, 3, 4, 5, 6, 7, 8], "label": "cat"}]`, nil},
		{"openai", "object-detection", `[{"box_2d": [1, 2, 3, 4], "label": "cat"}]`, nil},
		{"florence-2", "object-detection", `{"bboxes": [[1, 2, 3, 4]], "labels": ["dog"]}`, &found{[]value.Box{{1, 2, 3, 4}}, []any{"dog"}, []int64{0}, []float64{1}}},
		{"florence-2", "open-vocabulary-object-detection", `{"bboxes": [[1, 2, 3, 4]], "bboxes_labels": ["cat"]}`, &found{[]value.Box{{1, 2, 3, 4}}, []any{"cat"}, []int64{1}, []float64{1}}},
		{"florence-2", "region-proposal", `{"bboxes": [[1, 2, 3, 4]], "labels": [""]}`, &found{[]value.Box{{1, 2, 3, 4}}, []any{"roi"}, []int64{0}, []float64{1}}},
		{"florence-2", "ocr-with-text-detection", `{"quad_boxes": [[1, 2, 9, 1, 8, 5, 2, 6]], "labels": ["STOP"]}`, &found{[]value.Box{{1, 1, 9, 6}}, []any{"STOP"}, []int64{-1}, []float64{1}}},
		{"openai", "object-detection", `{"detections": [{"x_min": "a"}]}`, nil},
		{"openai", "object-detection", `nothing`, nil},
		{"openai", "region-proposal", `{"detections": []}`, nil},
		{"florence-2", "object-detection", `{"bboxes": [[1, 2, 3]], "labels": ["dog"]}`, nil},
		{"florence-2", "object-detection", `{"bboxes": [[1, 2, 3, 4]], "labels": []}`, nil},
	} {
		got := detect(t, picture, c.model, c.task, c.text)
		if c.want == nil {
			if got["error_status"] != true || got["predictions"] != nil {
				t.Errorf("%s %s: got %v", c.model, c.text, got)
			}
			continue
		}
		d, ok := got["predictions"].(*value.Detections)
		if !ok || got["error_status"] != false || d.Len() > 0 && d.At(value.ColumnParentID, 0) != "p" {
			t.Errorf("%s %s: got %v", c.model, c.text, got)
			continue
		}
		have := &found{d.XYXY, d.Data[value.ColumnClass], d.ClassID, d.Confidence}
		if diff := cmp.Diff(c.want, have, cmp.AllowUnexported(found{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s %s: %s", c.model, c.task, diff)
		}
	}
}

// detect runs a workflow of the one step.
func detect(t *testing.T, picture *value.Image, model, task, text string) map[string]any {
	t.Helper()
	definition := fmt.Sprintf(`{"version": "1.3.0", "inputs": [{"type": "WorkflowImage", "name": "image"}, {"type": "WorkflowParameter", "name": "text"}],
	  "steps": [{"type": "roboflow_core/vlm_as_detector@v2", "name": "s", "image": "$inputs.image", "vlm_output": "$inputs.text", "classes": ["dog", "cat"],
	  "model_type": %q, "task_type": %q}], "outputs": [{"type": "JsonField", "name": "out", "selector": "$steps.s.*"}]}`, model, task)
	p, _, problems := plan.Load([]byte(definition), manifest.Core())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, err := engine.Compile(p, formatter.Blocks())
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Run(t.Context(), engine.Request{Inputs: map[string]any{"image": picture, "text": text}})
	if err != nil {
		t.Fatal(err)
	}
	return got[0]["out"].(map[string]any)
}

package formatter_test

import (
	"image"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/formatter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// call runs one block.
func call(t *testing.T, block string, fields, args map[string]any) (engine.Result, error) {
	t.Helper()
	step := engine.Step{Name: "s", Fields: fields}
	b, err := formatter.Blocks()["roboflow_core/"+block](step)
	if err != nil {
		return engine.None(), err
	}
	env := &engine.Env{Now: func() time.Time { return time.Date(2026, 7, 1, 22, 30, 5, 250_000_000, time.UTC) }, NewID: func() string { return "id" }}
	return b.Run(t.Context(), blocktest.Call(env, &step, args))
}

func outputs(t *testing.T, want engine.Outputs, got engine.Result, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
	if diff := cmp.Diff(engine.One(want), got, cmp.AllowUnexported(engine.Result{}), near); diff != "" {
		t.Error(diff)
	}
}

// (1,2,2) and (2,2,1) have lengths of 3 and a product of 8: 8/9.
func TestCosineSimilarity(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b []any
		want float64
	}{
		{[]any{int64(1), int64(2), 2.0}, []any{2.0, 2.0, int64(1)}, 8.0 / 9},
		{[]any{1.0, 0.0}, []any{0.0, 3.0}, 0},
		{[]any{1.0, 1.0}, []any{-2.0, -2.0}, -1},
		{[]any{0.0, 0.0}, []any{1.0, 1.0}, 0},
	} {
		got, err := call(t, "cosine_similarity@v1", nil, map[string]any{"embedding_1": c.a, "embedding_2": c.b})
		outputs(t, engine.Outputs{"similarity": c.want}, got, err)
	}
	for _, bad := range []any{[]any{1.0}, []any{}, "x", []any{1.0, "x"}} {
		if _, err := call(t, "cosine_similarity@v1", nil, map[string]any{"embedding_1": []any{1.0, 2.0}, "embedding_2": bad}); err == nil {
			t.Errorf("%v was compared", bad)
		}
	}
}

// Berlin is two hours ahead in July, so the date there is the next day.
func TestCurrentTime(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]any{"timezone": "Europe/Berlin"}
	got, err := call(t, "current_time@v1", fields, fields)
	outputs(t, engine.Outputs{
		"timestamp": time.Date(2026, 7, 2, 0, 30, 5, 250_000_000, berlin), "iso_string": "2026-07-02T00:30:05.250000+02:00",
		"date": "2026-07-02", "time": "00:30:05",
	}, got, err)
	for _, bad := range []string{"", "Local", "Nowhere/Else", "../../etc/passwd"} {
		if _, err := call(t, "current_time@v1", map[string]any{"timezone": bad}, nil); err == nil {
			t.Errorf("the zone %q was accepted", bad)
		}
		if _, err := call(t, "current_time@v1", map[string]any{"timezone": "$inputs.x"}, map[string]any{"timezone": bad}); err == nil {
			t.Errorf("the zone %q was accepted from an input", bad)
		}
	}
}

func TestVLMAsClassifier(t *testing.T) {
	t.Parallel()
	picture := value.NewImage(image.NewGray(image.Rect(0, 0, 40, 30)), "p")
	common := func(p map[string]any) map[string]any {
		p["image"], p["inference_id"], p["parent_id"] = map[string]any{"width": int64(40), "height": int64(30)}, "id", "p"
		p["root_parent_id"], p["prediction_type"] = "p", "classification"
		return p
	}
	one := func(name string, id int64, confidence float64) map[string]any {
		return map[string]any{"class": name, "class_id": id, "confidence": confidence}
	}
	for text, want := range map[string]any{
		`{"class_name": "cat", "confidence": "high"}`: nil,
		`{"class_name": "cat", "confidence": "0.7"}`: common(map[string]any{
			"top": "cat", "confidence": 0.7, "predictions": []any{one("dog", 0, 0), one("cat", 1, 0.7)},
		}),
		"Sure!\n```json\n{\"class_name\": \"cat\", \"confidence\": 1.7}\n```": common(map[string]any{
			"top": "cat", "confidence": 1.0, "predictions": []any{one("dog", 0, 0), one("cat", 1, 1)},
		}),
		`{"class_name": "cow", "confidence": 0.25}`: common(map[string]any{
			"top": "cow", "confidence": 0.25, "predictions": []any{one("cow", -1, 0.25), one("dog", 0, 0), one("cat", 1, 0)},
		}),
		`{"predicted_classes": [{"class": "cat", "confidence": 0.4}, {"class": "cow", "confidence": 0.5}, {"class": "cat", "confidence": 0.6}]}`: common(map[string]any{
			"predicted_classes": []any{"cat", "cow"}, "predictions": map[string]any{
				"dog": map[string]any{"class_id": int64(0), "confidence": 0.0}, "cat": map[string]any{"class_id": int64(1), "confidence": 0.6},
				"cow": map[string]any{"class_id": int64(-1), "confidence": 0.5},
			},
		}),
		`{"predicted_classes": [{"class": 5}]}`: nil,
		`{"other": 1}`:                          nil,
		`no JSON`:                               nil,
	} {
		got, err := call(t, "vlm_as_classifier@v2", nil, map[string]any{"image": picture, "vlm_output": text, "classes": []any{"dog", "cat"}})
		if want == nil {
			outputs(t, engine.Outputs{"error_status": true, "predictions": nil, "inference_id": "id"}, got, err)
			continue
		}
		outputs(t, engine.Outputs{"error_status": false, "predictions": want, "inference_id": "id"}, got, err)
	}
}

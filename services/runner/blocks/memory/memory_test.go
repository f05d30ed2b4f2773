package memory_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/memory"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// play returns one output of a block for each of the values in a field.
func play(t *testing.T, block, field, output string, fields map[string]any, values ...any) ([]any, error) {
	t.Helper()
	given := map[string]any{field: blocktest.Input{Kind: "*", Value: values}}
	for name, v := range fields {
		given[name] = v
	}
	results, err := blocktest.Play(t, memory.Blocks(), block, given)
	out := make([]any, len(results))
	for i, result := range results {
		out[i] = result[output]
	}
	return out, err
}

func list(v ...any) []any { return v }

func TestValuesOfEarlierFrames(t *testing.T) {
	t.Parallel()
	video := blocktest.Frames(4, 30)
	for _, c := range []struct {
		block, field, output string
		fields               map[string]any
		want                 []any
	}{
		{"frame_delay@v1", "data", "output", map[string]any{"image": video, "offset": -2, "default_value": "none"}, list("none", "none", int64(1), int64(2))},
		{"frame_delay@v1", "data", "is_available", map[string]any{"image": video, "offset": -1}, list(false, true, true, true)},
		{"frame_delay@v1", "data", "output", map[string]any{"image": video, "offset": 0}, list(int64(1), int64(2), int64(3), int64(4))},
		{"buffer@v1", "data", "output", map[string]any{"length": 2}, list(list(int64(1)), list(int64(2), int64(1)), list(int64(3), int64(2)), list(int64(4), int64(3)))},
		{"buffer@v1", "data", "output", map[string]any{"length": 2, "pad": true}, list(list(int64(1), nil), list(int64(2), int64(1)), list(int64(3), int64(2)), list(int64(4), int64(3)))},
	} {
		got, err := play(t, c.block, c.field, c.output, c.fields, int64(1), int64(2), int64(3), int64(4))
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s %v: %v %s", c.block, c.fields, err, diff)
		}
	}
	for _, offset := range []int{1, -257} {
		if _, err := play(t, "frame_delay@v1", "data", "output", map[string]any{"image": video, "offset": offset}, 1, 2, 3, 4); err == nil {
			t.Errorf("an offset of %d was taken", offset)
		}
	}
}

// An interval of 3 gives the summaries of 3 elements and then starts again.
func TestAggregator(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode   string
		values []any
		want   any
	}{
		{"sum", list(int64(1), int64(2), int64(4)), int64(7)},
		{"sum", list(int64(1), 2.5, int64(4)), 7.5},
		{"sum", list(int64(math.MaxInt64), int64(math.MaxInt64), int64(0)), 2 * float64(math.MaxInt64)},
		{"avg", list(int64(1), int64(2), int64(6)), 3.0},
		{"max", list(int64(3), 7.5, int64(4)), 7.5},
		{"min", list(int64(3), 7.5, int64(4)), int64(3)},
		{"count", list("abc", list(1, 2), int64(4)), int64(6)},
		{"distinct", list("a", list("b", "a"), "b"), list("a", "b")},
		{"count_distinct", list("a", list("b", "a"), int64(1)), int64(3)},
		{"values_counts", list("a", list("b", "a"), "b"), map[string]any{"a": int64(2), "b": int64(2)}},
		{"values_difference", list(int64(3), int64(10), int64(5)), int64(7)},
	} {
		definition := fmt.Sprintf(`{"version": "1.3.0", "inputs": [{"type": "WorkflowBatchInput", "name": "v", "kind": ["*"]}],
		  "steps": [{"type": "roboflow_core/data_aggregator@v1", "name": "s", "data": {"n": "$inputs.v"}, "aggregation_mode": {"n": [%q]}, "interval_unit": "runs", "interval": 3}],
		  "outputs": [{"type": "JsonField", "name": "out", "selector": "$steps.s.n_%s"}]}`, c.mode, c.mode)
		results, err := run(t, definition, map[string]any{"v": append(c.values, c.values[0])})
		if err != nil {
			t.Fatalf("%s: %v", c.mode, err)
		}
		var got []any
		for _, result := range results {
			got = append(got, result["out"])
		}
		if diff := cmp.Diff(list(nil, nil, c.want, nil), got); diff != "" {
			t.Errorf("%s of %v: %s", c.mode, c.values, diff)
		}
	}
}

func run(t *testing.T, definition string, inputs map[string]any) ([]map[string]any, error) {
	t.Helper()
	if !json.Valid([]byte(definition)) {
		t.Fatal(definition)
	}
	p, _, problems := plan.Load([]byte(definition), manifest.Core())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, err := engine.Compile(p, memory.Blocks())
	if err != nil {
		t.Fatal(err)
	}
	return w.Run(t.Context(), engine.Request{Inputs: inputs, Env: engine.Env{Now: func() time.Time { return time.Unix(1000, 0) }}})
}

// A step sees what an earlier step keeps. Videos are separate.
func TestCache(t *testing.T) {
	t.Parallel()
	definition := `{"version": "1.3.0", "inputs": [{"type": "WorkflowImage", "name": "image"}, {"type": "WorkflowBatchInput", "name": "v", "kind": ["*"]}],
	  "steps": [
	    {"type": "roboflow_core/cache_set@v1", "name": "set", "image": "$inputs.image", "key": "k", "value": "$inputs.v"},
	    {"type": "roboflow_core/cache_get@v1", "name": "get", "image": "$inputs.image", "key": "$steps.set.output"},
	    {"type": "roboflow_core/cache_get@v1", "name": "none", "image": "$inputs.image", "key": "other"}],
	  "outputs": [{"type": "JsonField", "name": "got", "selector": "$steps.get.output"}, {"type": "JsonField", "name": "none", "selector": "$steps.none.output"}]}`
	results, err := run(t, definition, map[string]any{"image": blocktest.Frames(2, 30).Value, "v": list("k", "k")})
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range results {
		if result["got"] != "k" || result["none"] != false {
			t.Errorf("got %v", result)
		}
	}
}

// The filter lets a value pass when it changes; the limiter lets one frame of three pass at
// ten frames a second.
func TestGates(t *testing.T) {
	t.Parallel()
	for step, want := range map[string][]any{
		`"type": "roboflow_core/delta_filter@v1", "image": "$inputs.image", "value": "$inputs.v"`:                                                list("a", nil, "b", nil, "a", nil),
		`"type": "roboflow_core/rate_limiter@v1", "depends_on": "$inputs.v", "cooldown_seconds": 0.25, "video_reference_image": "$inputs.image"`: list("a", nil, nil, "b", nil, nil),
		`"type": "roboflow_core/rate_limiter@v1", "depends_on": "$inputs.v", "cooldown_seconds": 60`:                                             list("a", nil, nil, nil, nil, nil),
	} {
		definition := `{"version": "1.4.0", "inputs": [{"type": "WorkflowImage", "name": "image"}, {"type": "WorkflowBatchInput", "name": "v", "kind": ["*"]}],
		  "steps": [{"name": "gate", "next_steps": ["$steps.after"], ` + step + `},
		    {"type": "roboflow_core/cache_set@v1", "name": "after", "image": "$inputs.image", "key": "k", "value": "$inputs.v"}],
		  "outputs": [{"type": "JsonField", "name": "out", "selector": "$steps.after.output"}]}`
		results, err := run(t, definition, map[string]any{"image": blocktest.Frames(6, 10).Value, "v": list("a", "a", "b", "b", "a", "a")})
		if err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		var got []any
		for _, result := range results {
			got = append(got, result["out"])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", step, diff)
		}
	}
}

func tracked(boxes map[int64]value.Box) *value.Detections {
	d := &value.Detections{Data: map[string][]any{value.ColumnClass: {}}, TrackerID: []int64{}}
	for id := range int64(10) {
		if box, ok := boxes[id]; ok {
			d.XYXY, d.TrackerID = append(d.XYXY, box), append(d.TrackerID, id)
			d.Confidence, d.ClassID = append(d.Confidence, 0.9), append(d.ClassID, 0)
			d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], "car")
		}
	}
	return d
}

// Object 1 is in three frames, object 2 in one. After two frames without them, object 1 is
// complete.
func TestEventLog(t *testing.T) {
	t.Parallel()
	box := value.Box{0, 0, 10, 10}
	video := list(tracked(map[int64]value.Box{1: box, 2: box}), tracked(map[int64]value.Box{1: box}), tracked(map[int64]value.Box{1: box}), tracked(nil), tracked(nil), tracked(nil))
	out, err := blocktest.Play(t, memory.Blocks(), "detection_event_log@v1", map[string]any{
		"image": blocktest.Frames(6, 10), "detections": blocktest.Input{Kind: "object_detection_prediction", Value: video},
		"frame_threshold": 3, "flush_interval": 1, "stale_frames": 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][3]int{{0, 2, 0}, {0, 2, 0}, {1, 1, 0}, {1, 0, 0}, {1, 0, 0}, {0, 0, 1}} {
		got := [3]int{int(out[i]["total_logged"].(int64)), int(out[i]["total_pending"].(int64)), len(out[i]["complete_events"].(map[string]any))}
		if got != want {
			t.Errorf("frame %d: %v, want %v", i, got, want)
		}
	}
	event := out[5]["complete_events"].(map[string]any)["1"].(map[string]any)
	if event["first_seen_frame"] != int64(1) || event["last_seen_frame"] != int64(3) || event["last_seen_relative"] != 0.2 || event["class_name"] != "car" {
		t.Errorf("the event is %v", event)
	}
}

// A box that jumps by 10 is drawn a fifth of the way. If it is not found, it moves on at a
// fifth of its speed, and is forgotten with its last movement.
func TestStabilize(t *testing.T) {
	t.Parallel()
	at := func(x float64) *value.Detections {
		return tracked(map[int64]value.Box{1: {x, 0, x + 20, 20}})
	}
	video := list(at(0), at(10), tracked(nil), tracked(nil))
	out, err := blocktest.Play(t, memory.Blocks(), "stabilize_detections@v1", map[string]any{
		"image": blocktest.Frames(4, 10), "detections": blocktest.Input{Kind: "object_detection_prediction", Value: video},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0, 2, 4, math.NaN()} {
		d := out[i]["tracked_detections"].(*value.Detections)
		if found := d.Len() == 1; found != !math.IsNaN(want) || found && math.Abs(d.XYXY[0][0]-want) > 1e-9 {
			t.Errorf("frame %d: %v, want %v", i, d.XYXY, want)
		}
	}
}

// The embedding turns away after five frames in which it hardly changed.
func TestEmbeddings(t *testing.T) {
	t.Parallel()
	usual := func(i int) any { return list(1.0, 0.01*float64(i%3), 0.0) }
	video := list(usual(0), usual(1), usual(2), usual(0), usual(1), list(0.0, 0.0, 1.0))
	for _, fields := range []map[string]any{
		{"strategy": "Exponential Moving Average (EMA)"}, {"strategy": "Simple Moving Average (SMA)"}, {"strategy": "Sliding Window", "window_size": 6}, nil,
	} {
		block := "identify_changes@v1"
		if fields == nil {
			block = "identify_outliers@v1"
		}
		given := map[string]any{"embedding": blocktest.Input{Kind: "embedding", Value: video}}
		for name, v := range fields {
			given[name] = v
		}
		out, err := blocktest.Play(t, memory.Blocks(), block, given)
		if err != nil {
			t.Fatal(err)
		}
		if out[5]["is_outlier"] != true || out[0]["is_outlier"] != false || out[0]["warming_up"] != true || out[4]["warming_up"] != false {
			t.Errorf("%v: %v", fields, out)
		}
		given["embedding"] = blocktest.Input{Kind: "embedding", Value: list(list(1.0, 2.0), list(1.0))}
		if _, err := blocktest.Play(t, memory.Blocks(), block, given); err == nil {
			t.Errorf("%s took embeddings of two lengths", block)
		}
	}
}

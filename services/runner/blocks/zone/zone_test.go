package zone_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/zone"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// walk is a tracked box of 10 by 10 whose centre is at each of the points in turn.
func walk(points ...[2]float64) []any {
	frames := make([]any, len(points))
	for i, p := range points {
		frames[i] = &value.Detections{
			XYXY: []value.Box{{p[0] - 5, p[1] - 5, p[0] + 5, p[1] + 5}}, Confidence: []float64{0.9}, ClassID: []int64{0}, TrackerID: []int64{7},
			Data: map[string][]any{value.ColumnClass: {"car"}},
		}
	}
	return frames
}

// play runs a block at ten frames a second.
func play(t *testing.T, block string, fields map[string]any, frames []any) ([]map[string]any, error) {
	t.Helper()
	given := map[string]any{"detections": blocktest.Input{Kind: "object_detection_prediction", Value: frames}}
	if video := blocktest.Frames(len(frames), 10); block[len(block)-1] == '1' {
		metadata := make([]any, len(frames))
		for i, v := range video.Value.([]any) {
			metadata[i] = v.(*value.Image).Video()
		}
		given["metadata"] = blocktest.Input{Kind: "video_metadata", Value: metadata}
		if block == "time_in_zone@v1" {
			given["image"] = video
		}
	} else {
		given["image"] = video
	}
	for name, v := range fields {
		given[name] = v
	}
	return blocktest.Play(t, zone.Blocks(), block, given)
}

func point(x, y any) any { return []any{x, y} }

var square = []any{point(20, 20), point(60, 20), point(60, 60), point(20, 60)}

// The object comes into the zone in frame 1, is at its edge in frame 2, leaves it in frame 3
// and comes back.
func TestTimeInZone(t *testing.T) {
	t.Parallel()
	frames := walk([2]float64{10, 40}, [2]float64{30, 40}, [2]float64{60, 40}, [2]float64{80, 40}, [2]float64{40, 40}, [2]float64{40, 40})
	for _, c := range []struct {
		fields map[string]any
		want   []any // nil: the object is left out
	}{
		{nil, []any{nil, 0.0, 0.1, nil, 0.0, 0.1}},
		{map[string]any{"remove_out_of_zone_detections": false}, []any{0.0, 0.0, 0.1, 0.0, 0.0, 0.1}},
		{map[string]any{"reset_out_of_zone_detections": false}, []any{nil, 0.0, 0.1, nil, 0.3, 0.4}},
	} {
		fields := map[string]any{"zone": square}
		for name, v := range c.fields {
			fields[name] = v
		}
		for _, block := range []string{"time_in_zone@v1", "time_in_zone@v2", "time_in_zone@v3"} {
			out, err := play(t, block, fields, frames)
			if err != nil {
				t.Fatalf("%s: %v", block, err)
			}
			for i, want := range c.want {
				d := out[i]["timed_detections"].(*value.Detections)
				got, _ := d.At("time_in_zone", 0).(float64)
				if (d.Len() == 0) != (want == nil) || want != nil && math.Abs(got-want.(float64)) > 1e-9 {
					t.Errorf("%s %v, frame %d: %v, want %v", block, c.fields, i, got, want)
				}
			}
		}
	}
}

func TestSeveralZones(t *testing.T) {
	t.Parallel()
	zones := []any{square, []any{point(100, 0), point(200, 0), point(150, 100)}}
	out, err := play(t, "time_in_zone@v3", map[string]any{"zone": zones, "triggering_anchor": "BOTTOM_CENTER"}, walk([2]float64{40, 30}, [2]float64{150, 50}, [2]float64{100, 90}))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 1, 0} {
		if got := out[i]["timed_detections"].(*value.Detections).Len(); got != want {
			t.Errorf("frame %d: %d", i, got)
		}
	}
}

// The line goes from the left to the right at y = 50: its left side is above. The object
// crosses it downwards and upwards, and passes by its end.
func TestLineCounter(t *testing.T) {
	t.Parallel()
	line := []any{point(0, 50), point(100, 50)}
	frames := walk([2]float64{40, 20}, [2]float64{40, 52}, [2]float64{40, 80}, [2]float64{40, 20}, [2]float64{140, 20}, [2]float64{140, 80})
	for _, c := range []struct {
		block  string
		anchor any
		in     []int64
		out    []int64
	}{
		{"line_counter@v1", "CENTER", []int64{0, 0, 0, 1, 1, 1}, []int64{0, 1, 1, 1, 1, 1}},
		{"line_counter@v2", "CENTER", []int64{0, 0, 0, 1, 1, 1}, []int64{0, 1, 1, 1, 1, 1}},
		{"line_counter@v2", nil, []int64{0, 0, 0, 1, 1, 1}, []int64{0, 0, 1, 1, 1, 1}}, // all corners
	} {
		fields := map[string]any{"line_segment": line}
		if c.anchor != nil {
			fields["triggering_anchor"] = c.anchor
		}
		out, err := play(t, c.block, fields, frames)
		if err != nil {
			t.Fatalf("%s: %v", c.block, err)
		}
		var in, gone []int64
		for i := range out {
			in, gone = append(in, out[i]["count_in"].(int64)), append(gone, out[i]["count_out"].(int64))
			if d, ok := out[i]["detections_in"].(*value.Detections); ok && (d.Len() > 0) != (i == 3) {
				t.Errorf("%s: frame %d lists %d objects that came in", c.block, i, d.Len())
			}
		}
		if diff := cmp.Diff(c.in, in) + cmp.Diff(c.out, gone); diff != "" {
			t.Errorf("%s %v: %s", c.block, c.anchor, diff)
		}
	}
}

// The path runs 10 pixels below the reference path, then leaves it. Until the object is at
// the end, the distance is that to the end.
func TestPathDeviation(t *testing.T) {
	t.Parallel()
	reference := []any{point(0, 0), point(30, 0), point(60, 0)}
	for _, block := range []string{"path_deviation_analytics@v1", "path_deviation_analytics@v2"} {
		out, err := play(t, block, map[string]any{"reference_path": reference}, walk([2]float64{0, 10}, [2]float64{30, 10}, [2]float64{60, 10}, [2]float64{60, 40}))
		if err != nil {
			t.Fatalf("%s: %v", block, err)
		}
		for i, want := range []float64{math.Hypot(60, 10), math.Hypot(30, 10), 10, 40} {
			if got := out[i]["path_deviation_detections"].(*value.Detections).At("path_deviation", 0); got != want {
				t.Errorf("%s, frame %d: %v, want %v", block, i, got, want)
			}
		}
	}
}

func TestUntrackedDetectionsAndWrongZonesAreRefused(t *testing.T) {
	t.Parallel()
	untracked := walk([2]float64{10, 10})
	untracked[0].(*value.Detections).TrackerID = nil
	long := make([]any, 5000)
	for i := range long {
		long[i] = point(i, i%7)
	}
	for _, c := range []struct {
		block, field string
		v            any
	}{
		{"time_in_zone@v3", "zone", long},
		{"time_in_zone@v3", "zone", []any{point(1, 2), point(3, 4)}},
		{"time_in_zone@v3", "zone", []any{point(1, 2), point(3, 4), point("a", 5)}},
		{"time_in_zone@v3", "zone", []any{1, 2, 3}},
		{"line_counter@v2", "line_segment", []any{point(1, 2), point(1, 2)}},
		{"line_counter@v2", "line_segment", square},
		{"path_deviation_analytics@v2", "reference_path", long},
		{"path_deviation_analytics@v2", "reference_path", []any{}},
	} {
		if _, err := play(t, c.block, map[string]any{c.field: c.v}, walk([2]float64{1, 1})); err == nil {
			t.Errorf("%s took %.60v", c.block, c.v)
		}
	}
	if _, err := play(t, "time_in_zone@v3", map[string]any{"zone": square}, untracked); err == nil {
		t.Error("detections without tracker IDs were taken")
	}
}

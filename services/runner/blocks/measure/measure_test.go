package measure_test

import (
	"image"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/measure"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

var near = cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-6 || math.IsNaN(a) && math.IsNaN(b) })

func run(t *testing.T, block string, fields map[string]any) map[string]any {
	t.Helper()
	out, err := blocktest.Run(t, measure.Blocks(), block, fields)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func refused(t *testing.T, what, block string, fields map[string]any) {
	t.Helper()
	if out, err := blocktest.Run(t, measure.Blocks(), block, fields); err == nil {
		t.Errorf("%s was accepted: %v", what, out)
	}
}

// square is a box of 10 by 10 around a centre.
func square(x, y float64) value.Box { return value.Box{x - 5, y - 5, x + 5, y + 5} }

func ids(v any) []any { return v.(*value.Detections).Data[value.ColumnID] }

// The centres are 30, 30.5 and 60 to the right of a: the first two tie.
func TestNearestNeighbor(t *testing.T) {
	t.Parallel()
	from := blocktest.Found("dog", square(0, 0), square(500, 0))
	to := blocktest.Found("cat", square(60, 0), square(30, 0), square(30.5, 0))
	to.Data[value.ColumnID] = []any{"x", "y", "z"}
	out := run(t, "detections_nearest_neighbor@v1", map[string]any{
		"query_predictions": blocktest.Detections(from), "target_predictions": blocktest.Detections(to), "max_distance": 100,
	})
	got := []any{
		ids(out["matched_query_detections"]), ids(out["matched_target_detections"]),
		out["query_predictions"].(*value.Detections).Data["nearest_target_distance"],
	}
	want := []any{[]any{"a", "a"}, []any{"y", "z"}, []any{30.0, nil}}
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Error(diff)
	}
}

// A set compared with itself leaves out each detection itself; key points count where asked.
func TestNearestNeighborOfTheSameSetAndOfKeypoints(t *testing.T) {
	t.Parallel()
	d := blocktest.Found("dog", square(0, 0), square(30, 40))
	out := run(t, "detections_nearest_neighbor@v1", map[string]any{
		"query_predictions": blocktest.Detections(d), "target_predictions": blocktest.Detections(d), "query_point": "TOP_LEFT", "target_point": "TOP_LEFT",
	})
	if diff := cmp.Diff([]any{50.0, 50.0}, out["query_predictions"].(*value.Detections).Data["nearest_target_distance"], near); diff != "" {
		t.Error(diff)
	}
	keyed := d.With(value.ColumnKeypointsXY, []any{[]any{[]any{1.0, 1.0}, []any{3.0, 4.0}}, []any{}}).
		With(value.ColumnKeypointsClass, []any{[]any{"eye", "nose"}, []any{}})
	target := blocktest.Found("cat", square(0, 0))
	target.Data[value.ColumnID] = []any{"x"}
	fields := map[string]any{
		"query_predictions": blocktest.Detections(keyed), "target_predictions": blocktest.Detections(target), "query_point": "KEYPOINT", "query_keypoint_name": "nose",
	}
	out = run(t, "detections_nearest_neighbor@v1", fields)
	if diff := cmp.Diff([]any{5.0, nil}, out["query_predictions"].(*value.Detections).Data["nearest_target_distance"], near); diff != "" {
		t.Error(diff)
	}
	fields["query_predictions"] = blocktest.Detections(d)
	refused(t, "detections without key points", "detections_nearest_neighbor@v1", fields)
}

func many(n int, box value.Box) *value.Detections {
	d := &value.Detections{Data: map[string][]any{}}
	for range n {
		d.XYXY, d.Confidence, d.ClassID = append(d.XYXY, box), append(d.Confidence, 1), append(d.ClassID, 0)
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], "a")
	}
	return d
}

// All detections are at the same place, so every pair would be a result.
func TestPairsAreBounded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n     int
		block string
		first string
		other string
		more  map[string]any
	}{
		{1001, "detections_nearest_neighbor@v1", "query_predictions", "target_predictions", nil},
		{300, "detections_nearest_neighbor@v1", "query_predictions", "target_predictions", nil},
		{1001, "overlap_analysis@v1", "reference_predictions", "candidate_predictions", nil},
		{300, "overlap_analysis@v1", "reference_predictions", "candidate_predictions", nil},
	} {
		d := blocktest.Detections(many(c.n, square(50, 50)))
		refused(t, c.block, c.block, map[string]any{c.first: d, c.other: d})
	}
}

func TestOverlapFilter(t *testing.T) {
	t.Parallel()
	d := blocktest.Found("car dog cat bird", value.Box{0, 0, 100, 100}, value.Box{90, 90, 105, 105}, value.Box{100, 0, 120, 10}, value.Box{200, 0, 210, 10})
	for kind, want := range map[string][]any{"Center Overlap": {"b"}, "Any Overlap": {"b", "c"}} {
		out := run(t, "overlap@v1", map[string]any{"predictions": blocktest.Detections(d), "overlap_type": kind, "overlap_class_name": "car"})
		if diff := cmp.Diff(want, ids(out["overlaps"])); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
}

// A quarter of a box of 10 by 10 is in another one. For a mask the outline counts: a triangle
// with half of the area of its box, including its edge.
func TestOverlapAnalysis(t *testing.T) {
	t.Parallel()
	first := blocktest.Found("dog", value.Box{0, 0, 10, 10}, value.Box{50, 50, 60, 60})
	second := blocktest.Found("cat", value.Box{5, 5, 25, 25}, value.Box{9.9, 0, 20, 10})
	out := run(t, "overlap_analysis@v1", map[string]any{"reference_predictions": blocktest.Detections(first), "candidate_predictions": blocktest.Detections(second)})
	want := []any{map[string]any{
		"reference_class": "dog", "reference_confidence": 0.5, "reference_detection_id": "a",
		"candidate_class": "cat", "candidate_confidence": 0.5, "candidate_detection_id": "a", "overlap_ratio": 0.25,
	}}
	if diff := cmp.Diff(want, out["overlaps"], near); diff != "" {
		t.Error(diff)
	}
	first = blocktest.Found("dog", value.Box{0, 0, 40, 40})
	second = blocktest.Found("cat", value.Box{0, 0, 40, 40})
	second.Masks = []*value.Mask{value.FillPolygon(100, 100, []image.Point{{X: 0, Y: 0}, {X: 40, Y: 0}, {X: 0, Y: 40}})}
	out = run(t, "overlap_analysis@v1", map[string]any{"reference_predictions": blocktest.Detections(first), "candidate_predictions": blocktest.Detections(second)})
	if got := out["overlaps"].([]any)[0].(map[string]any)["overlap_ratio"].(float64); math.Abs(got-0.5) > 0.03 {
		t.Errorf("the triangle covers %v, want a half", got)
	}
}

// The gap from 10 to 40 is 30 pixels. The reference object has 20 pixels for 2 cm in both
// directions.
func TestDistance(t *testing.T) {
	t.Parallel()
	d := blocktest.Found("dog cat coin", value.Box{0, 0, 10, 10}, value.Box{40, 20, 50, 30}, value.Box{100, 100, 120, 120})
	fields := map[string]any{
		"predictions": blocktest.Detections(d), "object_1_class_name": "dog", "object_2_class_name": "cat", "reference_axis": "horizontal",
		"calibration_method": "pixel to centimeter", "pixel_ratio": 60,
	}
	for change, want := range map[string]map[string]any{
		"ratio":     {"distance_cm": 0.5, "distance_pixel": int64(30)},
		"reference": {"distance_cm": 3.0, "distance_pixel": int64(30)},
		"vertical":  {"distance_cm": 1.0, "distance_pixel": int64(10)},
		"overlap":   {"distance_cm": int64(0), "distance_pixel": int64(0)},
	} {
		own := map[string]any{}
		for name, v := range fields {
			own[name] = v
		}
		switch change {
		case "reference", "vertical":
			own["calibration_method"], own["reference_object_class_name"] = "reference object", "coin"
			own["reference_width"], own["reference_height"] = 2, 2
			if change == "vertical" {
				own["reference_axis"] = "vertical"
			}
		case "overlap":
			own["object_2_class_name"] = "dog"
			own["object_1_class_name"] = "cow"
			own["predictions"] = blocktest.Detections(blocktest.Found("dog cow", square(0, 0), square(4, 200)))
		}
		if diff := cmp.Diff(want, run(t, "distance_measurement@v1", own), near); diff != "" {
			t.Errorf("%s: %s", change, diff)
		}
	}
	fields["object_1_class_name"] = "none"
	refused(t, "a class that was not found", "distance_measurement@v1", fields)
}

// 20 by 10 pixels are 4 by 1 units, so 30 by 40 pixels are 6 by 4.
func TestSize(t *testing.T) {
	t.Parallel()
	objects := blocktest.Found("dog", value.Box{0, 0, 30, 40})
	want := map[string]any{"dimensions": []any{map[string]any{"width": 6.0, "height": 4.0, "longer": 6.0, "shorter": 4.0}}}
	for name, reference := range map[string]any{
		"detections": blocktest.Detections(blocktest.Found("coin", value.Box{0, 0, 20, 10})),
		"polygon":    []any{[]any{0, 0}, []any{20, 0}, []any{20, 10}, []any{0, 10}},
	} {
		for _, size := range []any{"4, 1", []any{4, 1}} {
			out := run(t, "size_measurement@v1", map[string]any{"object_predictions": blocktest.Detections(objects), "reference_predictions": reference, "reference_dimensions": size})
			if diff := cmp.Diff(want, out, near); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
	fields := map[string]any{"object_predictions": blocktest.Detections(objects), "reference_predictions": blocktest.Detections(objects)}
	for _, size := range []any{"4", "4,1,2", "a,b", "0,1", "nan,1"} {
		fields["reference_dimensions"] = size
		refused(t, "the size", "size_measurement@v1", fields)
	}
	none := run(t, "size_measurement@v1", map[string]any{"object_predictions": blocktest.Detections(objects), "reference_predictions": []any{}, "reference_dimensions": "1,1"})
	if none["dimensions"] != nil {
		t.Errorf("without a reference there is %v", none)
	}
}

// A mask of 60 by 30 becomes its four corners; at half the scale around 40, 35 they are
// half as far from it.
func TestZone(t *testing.T) {
	t.Parallel()
	d := blocktest.Found("dog", value.Box{10, 20, 70, 50})
	d.Masks = []*value.Mask{value.FillPolygon(100, 100, []image.Point{{X: 10, Y: 20}, {X: 70, Y: 20}, {X: 70, Y: 50}, {X: 10, Y: 50}})}
	for scale, want := range map[float64][4]int64{1: {10, 20, 70, 50}, 0.5: {25, 28, 55, 42}} {
		out := run(t, "dynamic_zone@v1", map[string]any{"predictions": blocktest.Detections(d), "required_number_of_vertices": 4, "scale_ratio": scale})
		zone := out["zones"].([]any)[0].([]any)
		low, high := [2]int64{1000, 1000}, [2]int64{}
		for _, corner := range zone {
			for k, v := range corner.([]any) {
				low[k], high[k] = min(low[k], v.(int64)), max(high[k], v.(int64))
			}
		}
		if got := [4]int64{low[0], low[1], high[0], high[1]}; len(zone) != 4 || got != want || out["simplification_converged"] != true {
			t.Errorf("scale %v: %v, converged %v, want %v", scale, zone, out["simplification_converged"], want)
		}
	}
	out := run(t, "dynamic_zone@v1", map[string]any{"predictions": blocktest.Detections(d), "required_number_of_vertices": 6})
	if zone := out["zones"].([]any)[0].([]any); len(zone) != 6 || out["simplification_converged"] != false {
		t.Errorf("a rectangle with six corners: %v, converged %v", zone, out["simplification_converged"])
	}
	d.Masks = nil
	out = run(t, "dynamic_zone@v1", map[string]any{"predictions": blocktest.Detections(d), "required_number_of_vertices": 4})
	if len(out["zones"].([]any)) != 0 || out["predictions"] != nil {
		t.Errorf("boxes became %v", out)
	}
}

// Sides that lean are found again from a hull whose corners are cut off.
func TestZoneFitsLines(t *testing.T) {
	t.Parallel()
	d := blocktest.Found("dog", value.Box{0, 0, 200, 200})
	d.Masks = []*value.Mask{value.FillPolygon(200, 200, []image.Point{{X: 100, Y: 20}, {X: 180, Y: 100}, {X: 100, Y: 180}, {X: 20, Y: 100}})}
	out := run(t, "dynamic_zone@v1", map[string]any{
		"predictions": blocktest.Detections(d), "required_number_of_vertices": 4, "apply_least_squares": true, "midpoint_fraction": 0.8,
	})
	for _, corner := range out["zones"].([]any)[0].([]any) {
		x, y := corner.([]any)[0].(int64)-100, corner.([]any)[1].(int64)-100
		if sum := max(x, -x) + max(y, -y); sum < 78 || sum > 82 {
			t.Errorf("the corner %v is not one of the diamond", corner)
		}
	}
}

// From 100 m up with a view of 90 degrees, the picture is 200 m wide: 200 pixels, so a pixel
// is a meter. 50 pixels to the right is 50 m east, or south if the camera looks to the east.
func TestGeotag(t *testing.T) {
	t.Parallel()
	picture := value.NewImage(image.NewGray(image.Rect(0, 0, 200, 100)), "p")
	const degree = 111320.0
	for heading, want := range map[float64][2]float64{0: {0, 50 / degree}, 90: {-50 / degree, 0}} {
		out := run(t, "geotag_detection@v1", map[string]any{
			"image": blocktest.Picture(picture), "predictions": blocktest.Detections(blocktest.Found("dog", square(150, 50))),
			"latitude": 0, "longitude": 0, "altitude": 100, "horizontal_fov": 90, "heading": heading,
		})
		got := out["geo_detections"].([]any)[0].(map[string]any)
		if math.Abs(got["lat"].(float64)-want[0]) > 1e-7 || math.Abs(got["lon"].(float64)-want[1]) > 1e-7 {
			t.Errorf("heading %v: %v, want %v", heading, got, want)
		}
		feature := out["geojson"].(map[string]any)["features"].([]any)[0].(map[string]any)
		coordinates := feature["geometry"].(map[string]any)["coordinates"].([]any)
		if coordinates[0] != got["lon"] || coordinates[1] != got["lat"] {
			t.Errorf("GeoJSON has %v", coordinates)
		}
	}
	refused(t, "a view of 180 degrees", "geotag_detection@v1", map[string]any{
		"image": blocktest.Picture(picture), "predictions": blocktest.Detections(blocktest.Found("dog", square(1, 1))),
		"latitude": 0, "longitude": 0, "altitude": 1, "horizontal_fov": 180,
	})
}

package warp_test

import (
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/warp"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// polygon makes [[x, y], ...].
func polygon(xy ...int) []any {
	var out []any
	for i := 0; i < len(xy); i += 2 {
		out = append(out, []any{xy[i], xy[i+1]})
	}
	return out
}

func correct(t *testing.T, fields map[string]any) (map[string]any, error) {
	t.Helper()
	given := map[string]any{"images": blocktest.Picture(plate()), "perspective_polygons": polygon(10, 20, 110, 20, 110, 70, 10, 70), "transformed_rect_width": 101, "transformed_rect_height": 51}
	for name, v := range fields {
		given[name] = v
	}
	return blocktest.Run(t, warp.Blocks(), "perspective_correction@v1", given)
}

// plate is 200 by 120 with a white rectangle from 10, 20 to 110, 70, and a red pixel in it.
func plate() *value.Image {
	p := image.NewRGBA(image.Rect(0, 0, 200, 120))
	for i := range 200 * 120 {
		x, y := i%200, i/200
		p.SetRGBA(x, y, color.RGBA{A: 255})
		if x >= 10 && x <= 110 && y >= 20 && y <= 70 {
			p.SetRGBA(x, y, color.RGBA{255, 255, 255, 255})
		}
	}
	p.SetRGBA(30, 40, color.RGBA{255, 0, 0, 255})
	return value.NewImage(p, "plate")
}

// The rectangle has the size of the polygon, so that everything moves by 10 and 20 pixels.
func TestPerspectiveOfARectangle(t *testing.T) {
	t.Parallel()
	d := blocktest.Found("a", value.Box{20, 30, 40, 50}, value.Box{60.4, 30.6, 80, 50})
	d.Data[value.ColumnKeypointsXY] = []any{[]any{[]any{20.0, 30.0}}, []any{[]any{61.0, 31.0}, "hidden"}}
	d.Masks = []*value.Mask{nil, value.FillPolygon(200, 120, []image.Point{{60, 30}, {80, 30}, {60, 50}})}
	out, err := correct(t, map[string]any{"predictions": blocktest.Detections(d), "warp_image": true})
	if err != nil {
		t.Fatal(err)
	}
	got := out["corrected_coordinates"].(*value.Detections)
	if diff := cmp.Diff([]value.Box{{10, 10, 30, 30}, {50, 10, 70, 30}}, got.XYXY); diff != "" {
		t.Error(diff)
	}
	want := []any{[]any{[]any{10.0, 10.0}}, []any{[]any{51.0, 11.0}, "hidden"}}
	if diff := cmp.Diff(want, got.Data[value.ColumnKeypointsXY]); diff != "" {
		t.Error(diff)
	}
	if m := got.Masks[1]; m.Width != 101 || m.Height != 51 || !m.At(50, 10) || !m.At(55, 15) || m.At(69, 29) {
		t.Errorf("the mask is %+v", m)
	}
	warped := out["warped_image"].(*value.Image)
	pixels, _ := warped.Pixels(t.Context())
	if warped.Width() != 101 || warped.Height() != 51 {
		t.Errorf("the picture is %d by %d", warped.Width(), warped.Height())
	}
	for at, want := range map[image.Point]color.RGBA{{0, 0}: {255, 255, 255, 255}, {100, 50}: {255, 255, 255, 255}, {20, 20}: {255, 0, 0, 255}, {21, 20}: {255, 255, 255, 255}} {
		if got := pixels.At(at.X, at.Y); got != want {
			t.Errorf("pixel %v is %v, want %v", at, got, want)
		}
	}
}

// The upper side of the trapezoid has half the length: its homography, by hand, is
// x' = (100 x + 50 y - 5000) / w, y' = 200 y / w and w = 100 + y, for corners at 0 and 100.
func TestPerspectiveOfATrapezoid(t *testing.T) {
	t.Parallel()
	road := polygon(0, 100, 100, 100, 75, 0, 25, 0)
	for name, corners := range map[string][]any{"in order": road, "backwards": polygon(25, 0, 75, 0, 100, 100, 0, 100), "another start": polygon(75, 0, 25, 0, 0, 100, 100, 100)} {
		out, err := correct(t, map[string]any{
			"predictions": blocktest.Detections(blocktest.Found("a", value.Box{25, 0, 75, 0}, value.Box{50, 50, 50, 50})), "perspective_polygons": corners, "transformed_rect_width": 101, "transformed_rect_height": 101,
		})
		if err != nil {
			t.Fatal(err)
		}
		// The upper side is as wide as the rectangle. The middle of the picture is two
		// thirds down: y' = 200 * 50 / (100 + 50).
		got := out["corrected_coordinates"].(*value.Detections).XYXY
		if diff := cmp.Diff([]value.Box{{0, 0, 100, 0}, {50, 67, 50, 67}}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if out["warped_image"].(*value.Image).Width() != 200 {
			t.Errorf("%s: the picture changed", name)
		}
	}
}

// The lower side moves from 70 to 90, that is by 20 of 50 pixels, and 51 rows become 71. The
// left one moves by 5 of 100, and 101 columns become 106.
func TestPolygonGrows(t *testing.T) {
	t.Parallel()
	d := blocktest.Found("a", value.Box{50, 60, 70, 90}, value.Box{0, 30, 10, 40})
	for anchor, want := range map[string][2]int64{"": {101, 51}, "BOTTOM_CENTER": {106, 71}, "CENTER": {106, 56}, "TOP_LEFT": {111, 51}, "ALL": {111, 71}} {
		out, err := correct(t, map[string]any{"predictions": blocktest.Detections(d), "extend_perspective_polygon_by_detections_anchor": anchor, "warp_image": true})
		if err != nil {
			t.Fatal(err)
		}
		got := [2]int64{out["extended_transformed_rect_width"].(int64), out["extended_transformed_rect_height"].(int64)}
		if got != want {
			t.Errorf("%q: %v, want %v", anchor, got, want)
		}
		if w := out["warped_image"].(*value.Image); int64(w.Width()) != want[0] || int64(w.Height()) != want[1] {
			t.Errorf("%q: the picture is %d by %d", anchor, w.Width(), w.Height())
		}
		if anchor == "BOTTOM_CENTER" { // the lower edge of the first box is the last row
			if box := out["corrected_coordinates"].(*value.Detections).XYXY[0]; box[3] != 70 {
				t.Errorf("the box is %v", box)
			}
		}
	}
}

// Without detections there are none. The largest polygon of four corners counts.
func TestPolygonsAreChosen(t *testing.T) {
	t.Parallel()
	small, large, triangle := polygon(0, 0, 10, 0, 10, 10, 0, 10), polygon(10, 20, 110, 20, 110, 70, 10, 70), polygon(0, 0, 199, 0, 0, 119)
	for name, given := range map[string][]any{"one": large, "list": {small, large, triangle}, "nested": {[]any{small, large}}} {
		out, err := correct(t, map[string]any{"perspective_polygons": given, "warp_image": true})
		if err != nil {
			t.Fatal(err)
		}
		pixels, _ := out["warped_image"].(*value.Image).Pixels(t.Context())
		if out["corrected_coordinates"] != nil || pixels.At(20, 20) != (color.RGBA{255, 0, 0, 255}) {
			t.Errorf("%s: %v", name, out["corrected_coordinates"])
		}
	}
	for want, fields := range map[string]map[string]any{
		"no polygon of four corners":             {"perspective_polygons": triangle},
		"perspective_polygons has no":            {"perspective_polygons": []any{"a", 1, []any{}, polygon(1, 2)}},
		"three corners on one line":              {"perspective_polygons": polygon(0, 0, 10, 0, 20, 0, 30, 0)},
		"transformed_rect_width must be":         {"transformed_rect_width": 0},
		"transformed_rect_height must be":        {"transformed_rect_height": 1 << 30},
		"is not the name of an anchor":           {"extend_perspective_polygon_by_detections_anchor": "NOWHERE", "predictions": blocktest.Detections(blocktest.Found("a", value.Box{0, 0, 1, 1}))},
		"rectangle would be larger than 16384 p": {"extend_perspective_polygon_by_detections_anchor": "CENTER", "predictions": blocktest.Detections(blocktest.Found("a", value.Box{0, 0, 1e5, 1}))},
	} {
		if _, err := correct(t, fields); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", fields, err, want)
		}
	}
}

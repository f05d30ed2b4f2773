package detection

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func stitched(t *testing.T, d *value.Detections, algorithm, direction string, fields map[string]any) string {
	t.Helper()
	args := map[string]any{"tolerance": int64(10), "otsu_threshold_multiplier": 1.0, "collimate_tolerance": int64(2), "delimiter": ""}
	for name, v := range fields {
		args[name] = v
	}
	step := engine.Step{Name: "s"}
	text, err := newReading(blocktest.Call(&engine.Env{}, &step, args), d, direction).text(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Letters are 4 wide. AB and CD have gaps of 1 pixel (0.25 widths), and the words are 6
// pixels apart (1.5 widths). EF is the next line; its letters are 1 pixel apart. The centre
// of the first of 4 bins from 0.25 to 1.5 is 0.41, and four times that is more than 1.5.
func TestOtsuFindsWords(t *testing.T) {
	t.Parallel()
	d := letters(map[string][2]float64{"A": {0, 0}, "B": {5, 1}, "C": {15, 0}, "D": {20, 1}, "E": {0, 20}, "F": {5, 20}}, "FDBECA")
	for _, c := range []struct {
		direction, delimiter string
		multiplier           float64
		want                 string
	}{
		{"left_to_right", "", 1, "AB CD\nEF"},
		{"right_to_left", "", 1, "DC BA\nFE"},
		{"left_to_right", "-", 1, "A-B-C-D\nE-F"},
		{"left_to_right", "", 4, "ABCD\nEF"},
	} {
		if got := stitched(t, d, "otsu", c.direction, map[string]any{"delimiter": c.delimiter, "otsu_threshold_multiplier": c.multiplier}); got != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
	}
	even := letters(map[string][2]float64{"A": {0, 0}, "B": {5, 0}, "C": {10, 0}}, "ABC")
	if got := stitched(t, even, "otsu", "left_to_right", nil); got != "ABC" {
		t.Errorf("letters at even distances read %q", got)
	}
}

// ABC rises by 4 pixels with each letter, so no bucket of 10 pixels can follow it.
func TestCollimateFollowsCrookedLines(t *testing.T) {
	t.Parallel()
	d := letters(map[string][2]float64{"A": {0, 40}, "B": {5, 36}, "C": {10, 32}, "D": {15, 28}, "X": {0, 60}, "Y": {5, 60}}, "DXBYCA")
	for direction, want := range map[string]string{"left_to_right": "ABCD\nXY", "right_to_left": "DCBA\nYX"} {
		if got := stitched(t, d, "collimate", direction, nil); got != want {
			t.Errorf("%s: got %q, want %q", direction, got, want)
		}
	}
	if got := stitched(t, d, "tolerance", "left_to_right", nil); got == "ABCD\nXY" {
		t.Error("buckets followed a crooked line; the test shows nothing")
	}
	columns := letters(map[string][2]float64{"A": {0, 0}, "B": {1, 10}, "C": {20, 0}, "D": {20, 10}}, "DCBA")
	for direction, want := range map[string]string{"vertical_top_to_bottom": "AB CD", "vertical_bottom_to_top": "DC BA", "auto": "AB CD"} {
		if got := stitched(t, columns, "collimate", direction, nil); got != want {
			t.Errorf("%s: got %q, want %q", direction, got, want)
		}
	}
}

// With a tolerance of 10 pixels, tops of 4 and 5 round to line 0, and 16 and 24 to line 2.
func TestToleranceRoundsToLines(t *testing.T) {
	t.Parallel()
	d := letters(map[string][2]float64{"A": {0, 4}, "B": {10, 5}, "C": {0, 24}, "D": {10, 16}}, "DCBA")
	for delimiter, want := range map[string]string{"": "AB\nCD", "-": "A-B-\n-C-D"} {
		if got := stitched(t, d, "tolerance", "left_to_right", map[string]any{"delimiter": delimiter}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	step := engine.Step{Name: "s"}
	if _, err := newReading(blocktest.Call(&engine.Env{}, &step, map[string]any{"tolerance": int64(0)}), d, "auto").text("tolerance"); err == nil {
		t.Error("a tolerance of 0 was accepted")
	}
	if got := stitched(t, letters(nil, ""), "otsu", "auto", nil); got != "" {
		t.Errorf("nothing reads as %q", got)
	}
}

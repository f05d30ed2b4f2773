package picture_test

import (
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/picture"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// run runs a step on a picture whose pixels have the brightness of their column.
func run(t *testing.T, step, output string, width, height int) (any, error) {
	t.Helper()
	definition := `{"version": "1.3.0", "inputs": [{"type": "WorkflowImage", "name": "image"}], "steps": [` + step + `],
	  "outputs": [{"type": "JsonField", "name": "out", "selector": "$steps.s.` + output + `", "coordinates_system": "own"}]}`
	p, _, problems := plan.Load([]byte(definition), manifest.Core())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, err := engine.Compile(p, picture.Blocks())
	if err != nil {
		t.Fatal(err)
	}
	pixels := image.NewGray(image.Rect(0, 0, width, height))
	for i := range pixels.Pix {
		pixels.Pix[i] = uint8(i % width)
	}
	got, err := w.Run(t.Context(), engine.Request{
		Env: engine.Env{NewID: func() string { return "id" }}, Inputs: map[string]any{"image": value.NewImage(pixels, "image")},
	})
	if err != nil {
		return nil, err
	}
	return got[0]["out"], nil
}

// place returns the position of a crop, and checks that its first pixel is the one of its
// column.
func place(t *testing.T, v any) [4]int {
	t.Helper()
	crop := v.(*value.Image)
	pixels, err := crop.Pixels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at, origin := pixels.Bounds().Min, crop.Root()
	if bright, _, _, _ := pixels.At(at.X, at.Y).RGBA(); int(bright>>8) != origin.X {
		t.Errorf("the crop at %d begins with column %d", origin.X, bright>>8)
	}
	return [4]int{origin.X, origin.Y, crop.Width(), crop.Height()}
}

// Slices of 40 that overlap by a fifth begin every 32 pixels: at 0, 32, 64 and 96 of 100.
// The second version moves the third to 60 and needs no fourth.
func TestSlicer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		block, more   string
		width, height int
		want          [][4]int
	}{
		{"v1", `, "slice_width": 40, "slice_height": 40`, 100, 30, [][4]int{{0, 0, 40, 30}, {32, 0, 40, 30}, {64, 0, 36, 30}, {96, 0, 4, 30}}},
		{"v2", `, "slice_width": 40, "slice_height": 40`, 100, 30, [][4]int{{0, 0, 40, 30}, {32, 0, 40, 30}, {60, 0, 40, 30}}},
		{"v2", `, "slice_width": 4, "slice_height": 3, "overlap_ratio_width": 0.0, "overlap_ratio_height": 0.0`, 8, 5, [][4]int{{0, 0, 4, 3}, {4, 0, 4, 3}, {0, 2, 4, 3}, {4, 2, 4, 3}}},
		{"v1", ``, 100, 30, [][4]int{{0, 0, 100, 30}}},
		{"v2", ``, 100, 30, [][4]int{{0, 0, 100, 30}}},
	} {
		out, err := run(t, `{"type": "roboflow_core/image_slicer@`+c.block+`", "name": "s", "image": "$inputs.image"`+c.more+`}`, "slices", c.width, c.height)
		if err != nil {
			t.Fatal(err)
		}
		var got [][4]int
		for _, slice := range out.([]any) {
			got = append(got, place(t, slice))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s%s: %s", c.block, c.more, diff)
		}
	}
}

func TestSlicerBoundsTheSlices(t *testing.T) {
	t.Parallel()
	for _, block := range []string{"v1", "v2"} {
		step := `{"type": "roboflow_core/image_slicer@` + block + `", "name": "s", "image": "$inputs.image", "slice_width": 1, "slice_height": 1}`
		if _, err := run(t, step, "slices", 65, 64); err == nil {
			t.Errorf("%s: 4160 slices were made", block)
		}
		if out, err := run(t, step, "slices", 64, 64); err != nil || len(out.([]any)) != 4096 {
			t.Errorf("%s: 4096 slices were refused: %v", block, err)
		}
	}
}

// 2.5 rounds to 2: a part of 5 around 30 begins at 28 (27.5). Of 100 by 30 pixels, a fifth
// around the middle is 20 by 6 at 40, 12.
func TestStaticCrop(t *testing.T) {
	t.Parallel()
	for fields, want := range map[string]any{
		`"AbsoluteStaticCrop", "x_center": 30, "y_center": 10, "width": 5, "height": 4`:        [4]int{28, 8, 5, 4},
		`"AbsoluteStaticCrop", "x_center": 95, "y_center": 25, "width": 20, "height": 20`:      [4]int{85, 15, 15, 15},
		`"AbsoluteStaticCrop", "x_center": 5, "y_center": 10, "width": 20, "height": 4`:        nil,
		`"AbsoluteStaticCrop", "x_center": 500, "y_center": 10, "width": 20, "height": 4`:      nil,
		`"RelativeStaticCrop", "x_center": 0.5, "y_center": 0.5, "width": 0.2, "height": 0.2`:  [4]int{40, 12, 20, 6},
		`"RelativeStaticCrop", "x_center": 0.5, "y_center": 0.5, "width": 0.0, "height": 0.2`:  nil,
		`"RelativeStaticCrop", "x_center": 0.25, "y_center": 0.5, "width": 0.5, "height": 1.0`: [4]int{0, 0, 50, 30},
	} {
		out, err := run(t, `{"name": "s", "images": "$inputs.image", "type": `+fields+`}`, "crops", 100, 30)
		if err != nil {
			t.Fatal(err)
		}
		var got any
		if out != nil {
			got = place(t, out)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", fields, diff)
		}
	}
}

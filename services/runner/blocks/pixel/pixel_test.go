package pixel_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/pixel"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// columns is a picture whose columns have these colours.
func columns(height int, colors ...color.RGBA) *value.Image {
	src := image.NewRGBA(image.Rect(0, 0, len(colors), height))
	for y := range height {
		for x, c := range colors {
			src.SetRGBA(x, y, c)
		}
	}
	return value.NewImage(src, "p")
}

func grays(height int, values ...uint8) *value.Image {
	src := image.NewGray(image.Rect(0, 0, len(values), height))
	for i := range src.Pix {
		src.Pix[i] = values[i%len(values)]
	}
	return value.NewImage(src, "p")
}

func rgb(r, g, b uint8) color.RGBA { return color.RGBA{r, g, b, 255} }

func try(t *testing.T, block string, picture *value.Image, fields map[string]any) (map[string]any, error) {
	t.Helper()
	given := map[string]any{"image": blocktest.Picture(picture)}
	for name, v := range fields {
		given[name] = v
	}
	return blocktest.Run(t, pixel.Blocks(), block, given)
}

// first returns the colours of the first row of the picture that a block makes, and
// whether it is grey.
func first(t *testing.T, block string, picture *value.Image, fields map[string]any) (row []color.RGBA, gray bool) {
	t.Helper()
	out, err := try(t, block, picture, fields)
	if err != nil {
		t.Fatalf("%s %v: %v", block, fields, err)
	}
	pixels, err := out["image"].(*value.Image).Pixels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for x := range pixels.Bounds().Dx() {
		row = append(row, color.RGBAModel.Convert(pixels.At(x, 0)).(color.RGBA))
	}
	_, gray = pixels.(*image.Gray)
	return row, gray
}

func gray(values ...uint8) []color.RGBA {
	var out []color.RGBA
	for _, v := range values {
		out = append(out, rgb(v, v, v))
	}
	return out
}

func TestFilters(t *testing.T) {
	t.Parallel()
	step := grays(5, 0, 0, 0, 90, 90, 90)
	for _, c := range []struct {
		block   string
		picture *value.Image
		fields  map[string]any
		want    []color.RGBA
		gray    bool
	}{
		{"convert_grayscale@v1", columns(2, rgb(255, 0, 0), rgb(0, 255, 0), rgb(0, 0, 255)), nil, gray(76, 150, 29), true},
		{"image_blur@v1", step, map[string]any{"blur_type": "average", "kernel_size": 3}, gray(0, 0, 30, 60, 90, 90), true},
		{"image_blur@v1", step, map[string]any{"blur_type": "gaussian", "kernel_size": 2}, gray(0, 0, 22, 68, 90, 90), true},
		{"image_blur@v1", step, map[string]any{"blur_type": "median", "kernel_size": 3}, gray(0, 0, 0, 90, 90, 90), true},
		{"image_blur@v1", step, map[string]any{"blur_type": "bilateral", "kernel_size": 1}, gray(0, 0, 10, 80, 90, 90), true}, // the one different pixel of five has the weight exp(-0.72)
		{"threshold@v1", columns(2, rgb(10, 200, 101)), map[string]any{"thresh_value": 100}, []color.RGBA{rgb(0, 255, 255)}, false},
		{"threshold@v1", grays(2, 10, 11, 200, 201), map[string]any{"thresh_value": 0, "threshold_type": "otsu", "max_value": 9}, gray(0, 0, 9, 9), true},
		{"threshold@v1", step, map[string]any{"thresh_value": 0, "threshold_type": "adaptive_mean"}, gray(0, 0, 0, 255, 255, 255), true},
		{"morphological_transformation@v1", step, map[string]any{"operation": "Dilation", "kernel_size": 3}, gray(0, 0, 90, 90, 90, 90), true},
		{"morphological_transformation@v1", step, map[string]any{"operation": "Gradient", "kernel_size": 3}, gray(0, 0, 90, 90, 0, 0), true},
		{"morphological_transformation@v2", grays(5, 0, 90, 0, 0, 0), map[string]any{"operation": "Opening then Closing", "kernel_size": 3}, gray(0, 0, 0, 0, 0), false},
		{
			"morphological_transformation@v2", columns(3, rgb(0, 9, 0), rgb(7, 0, 0), rgb(0, 0, 5)),
			map[string]any{"operation": "Dilation", "kernel_size": 3},
			[]color.RGBA{rgb(7, 9, 0), rgb(7, 9, 5), rgb(7, 0, 5)},
			false,
		},
		{"contrast_enhancement@v1", grays(1, 50, 75, 100), nil, gray(0, 127, 255), true},
		{"contrast_enhancement@v1", grays(1, 50, 75, 100), map[string]any{"contrast_multiplier": 0.5}, gray(64, 127, 191), true},
		{"contrast_enhancement@v1", grays(1, 0, 51, 255), map[string]any{"normalize_brightness": true}, gray(0, 73, 255), true}, // 0.2 ^ (1 / 1.3) = 0.29
		{"contrast_enhancement@v1", columns(1, rgb(9, 0, 1), rgb(9, 5, 2)), nil, []color.RGBA{rgb(9, 0, 0), rgb(9, 255, 255)}, false},
		{"image_preprocessing@v1", step, map[string]any{"task_type": "resize", "width": 3, "height": 5}, gray(0, 45, 90), true},
		{"image_preprocessing@v1", step, map[string]any{"task_type": "flip", "flip_type": "horizontal"}, gray(90, 90, 90, 0, 0, 0), true},
		{"image_preprocessing@v1", step, map[string]any{"task_type": "flip"}, gray(0, 0, 0, 90, 90, 90), true},
	} {
		row, isGray := first(t, c.block, c.picture, c.fields)
		if diff := cmp.Diff(c.want, row); diff != "" || isGray != c.gray {
			t.Errorf("%s %v: grey %v, %s", c.block, c.fields, isGray, diff)
		}
	}
}

func TestPreprocessingSizes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fields map[string]any
		want   [2]int
	}{
		{map[string]any{"task_type": "rotate"}, [2]int{30, 40}},
		{map[string]any{"task_type": "rotate", "rotation_degrees": 180}, [2]int{40, 30}},
		{map[string]any{"task_type": "rotate", "rotation_degrees": 45}, [2]int{49, 49}}, // 70 / sqrt 2
		{map[string]any{"task_type": "resize", "width": 7, "height": 90}, [2]int{7, 90}},
	} {
		out, err := try(t, "image_preprocessing@v1", columns(30, make([]color.RGBA, 40)...), c.fields)
		if err != nil {
			t.Fatal(err)
		}
		picture := out["image"].(*value.Image)
		if got := [2]int{picture.Width(), picture.Height()}; got != c.want || picture.ID() != "p" {
			t.Errorf("%v: %v of %s, want %v", c.fields, got, picture.ID(), c.want)
		}
	}
}

func TestColors(t *testing.T) {
	t.Parallel()
	red, blue := rgb(200, 10, 10), rgb(10, 10, 200)
	picture := columns(4, red, red, red, blue, rgb(202, 12, 8))
	for target, want := range map[string]int64{"#c80a0a": 16, "(200, 10, 10)": 16, "(10,10,200)": 4, "WHITE": 0} {
		out, err := try(t, "pixel_color_count@v1", picture, map[string]any{"target_color": target, "tolerance": 2})
		if err != nil || out["matching_pixels_count"] != want {
			t.Errorf("%s: %v, %v, want %d", target, out, err, want)
		}
	}
	out, err := try(t, "dominant_color@v1", picture, map[string]any{"color_clusters": 2})
	if want := []any{int64(200), int64(10), int64(10)}; err != nil || !cmp.Equal(out["rgb_color"], any(want)) {
		t.Errorf("dominant: %v, %v, want %v", out, err, want)
	}
	if out, err = try(t, "dominant_color@v1", columns(3, blue, blue), nil); err != nil || !cmp.Equal(out["rgb_color"], any([]any{int64(10), int64(10), int64(200)})) {
		t.Errorf("one colour: %v, %v", out, err)
	}
}

// Work that would take minutes or gigabytes is refused before it begins.
func TestHostileParametersAreRefused(t *testing.T) {
	t.Parallel()
	large := value.NewImage(image.NewGray(image.Rect(0, 0, 4000, 4000)), "large")
	for block, all := range map[string][]map[string]any{
		"image_blur@v1": {
			{"blur_type": "bilateral", "kernel_size": 999},
			{"blur_type": "median", "kernel_size": 999},
			{"blur_type": "gaussian", "kernel_size": 999},
			{"blur_type": "average", "kernel_size": 0},
			{"blur_type": "average", "kernel_size": 1 << 40},
		},
		"image_preprocessing@v1": {
			{"task_type": "resize", "width": 16000, "height": 16000},
			{"task_type": "resize", "width": 1 << 40, "height": 1},
			{"task_type": "rotate", "rotation_degrees": 361},
		},
		"morphological_transformation@v1": {{"kernel_size": 0}, {"kernel_size": 1000}},
		"pixel_color_count@v1":            {{"target_color": "(1, 2)"}, {"target_color": "(1, 2, 256)"}, {"target_color": "none"}, {"target_color": "RED", "tolerance": -1}},
	} {
		for _, fields := range all {
			if _, err := try(t, block, large, fields); err == nil {
				t.Errorf("%s accepts %v", block, fields)
			}
		}
	}
}

package classic_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

var update = flag.Bool("update", false, "write the golden pictures instead of comparing with them")

var noAids = map[string]any{"show_zebra_warnings": false, "grid_overlay": "None", "show_hud": false, "show_focus_peaking": false, "show_center_marker": false}

// with returns a copy of fields with others.
func with(fields, others map[string]any) map[string]any {
	out := map[string]any{}
	for _, part := range []map[string]any{fields, others} {
		for name, v := range part {
			out[name] = v
		}
	}
	return out
}

// An upright edge of 200 is 4 * 200 for Sobel's operator, in the two columns next to it.
func TestTenengrad(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	d := blocktest.Found("a", value.Box{4, 0, 6, 10}, value.Box{0, 0, 4, 10}, value.Box{4.9, -5, 8, 50}, value.Box{20, 20, 30, 30}, value.Box{nan, 0, 5, 5}, value.Box{6, 6, 5, 5})
	out := must(t, "camera_focus@v2", scene(10, 10, image.Rect(5, 0, 10, 10)), with(noAids, map[string]any{"detections": blocktest.Detections(d)}))
	if got := out["focus_measure"]; got != 2*640_000./10 {
		t.Errorf("the focus is %v", got)
	}
	want := []any{640_000., 0., 640_000. * 2 / 4, nil, nil, nil}
	if diff := cmp.Diff(want, out["bbox_focus_measures"]); diff != "" {
		t.Error(diff)
	}
	if got := must(t, "camera_focus@v2", scene(1, 1), nil)["focus_measure"]; got != 0.0 {
		t.Errorf("the focus of a pixel is %v", got)
	}
}

// Without aids the picture stays unchanged. Each aid changes the pixels that it marks.
func TestAids(t *testing.T) {
	t.Parallel()
	img := image.NewRGBA(image.Rect(0, 0, 40, 40)) // black on the left, white on the right
	for i := range 1600 {
		v := uint8(0)
		if i%40 >= 20 {
			v = 255
		}
		img.SetRGBA(i%40, i/40, color.RGBA{v, v, v, 255})
	}
	for name, c := range map[string]struct {
		fields map[string]any
		pixels map[image.Point]color.RGBA
	}{
		"none":  {nil, map[image.Point]color.RGBA{{0, 0}: {A: 255}, {39, 39}: {255, 255, 255, 255}}},
		"zebra": {map[string]any{"show_zebra_warnings": true}, map[image.Point]color.RGBA{{0, 0}: {0, 0, 127, 255}, {8, 0}: {A: 255}, {16, 0}: {0, 0, 127, 255}, {31, 0}: {255, 255, 255, 255}, {32, 0}: {255, 127, 127, 255}}},
		"peaks": {map[string]any{"show_focus_peaking": true}, map[image.Point]color.RGBA{{19, 20}: {0, 153, 0, 255}, {20, 20}: {102, 255, 102, 255}, {18, 20}: {A: 255}}},
		"cross": {map[string]any{"show_center_marker": true}, map[image.Point]color.RGBA{{12, 20}: {255, 255, 255, 255}, {11, 20}: {A: 255}}},
		"grid":  {map[string]any{"grid_overlay": "4x4"}, map[image.Point]color.RGBA{{10, 5}: {128, 128, 128, 255}, {5, 30}: {128, 128, 128, 255}, {5, 5}: {A: 255}}},
	} {
		drawn := pixels(t, must(t, "camera_focus@v2", img, with(noAids, c.fields))["image"])
		for at, want := range c.pixels {
			if got := color.RGBAModel.Convert(drawn.At(at.X, at.Y)); got != want {
				t.Errorf("%s: pixel %v is %v, want %v", name, at, got, want)
			}
		}
	}
}

// A person has checked the picture in testdata.
func TestGoldenAids(t *testing.T) {
	t.Parallel()
	img := image.NewRGBA(image.Rect(0, 0, 480, 320)) // a ramp of light, with a sharp disc
	for i := range 480 * 320 {
		x, y := i%480, i/480
		v := uint8(x * 255 / 479)
		if (x-330)*(x-330)+(y-200)*(y-200) < 60*60 {
			v = 255 - v
		}
		img.SetRGBA(x, y, color.RGBA{v, uint8(int(v) * (320 - y) / 320), v, 255})
	}
	drawn := pixels(t, must(t, "camera_focus@v2", img, nil)["image"])
	path := filepath.Join("testdata", "aids.png")
	if *update {
		var b bytes.Buffer
		if err := png.Encode(&b, drawn); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 480 * 320 {
		if got, want := color.RGBAModel.Convert(drawn.At(i%480, i/480)), color.RGBAModel.Convert(want.At(i%480, i/480)); got != want {
			t.Fatalf("pixel %d, %d is %v, want %v", i%480, i/480, got, want)
		}
	}
}

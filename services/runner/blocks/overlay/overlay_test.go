package overlay_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/overlay"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

var update = flag.Bool("update", false, "write the golden pictures instead of comparing with them")

func plain(w, h int, c color.Color) *value.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return value.NewImage(img, "picture")
}

// ring is a transparent picture with a red ring.
func ring() *value.Image {
	img := image.NewRGBA(image.Rect(0, 0, 32, 32))
	imaging.Ring(img, 16, 16, 15, 5, color.RGBA{R: 255, A: 255})
	return value.NewImage(img, "icon")
}

func person() *value.Detections {
	xy := []any{}
	for _, p := range [][2]float64{
		{80, 15},
		{84, 11},
		{76, 11},
		{89, 14},
		{71, 14},
		{100, 35},
		{60, 35},
		{115, 55},
		{45, 55},
		{125, 70},
		{0, 0},
		{92, 75},
		{68, 75},
		{95, 95},
		{65, 95},
		{97, 115},
		{63, 115},
	} {
		xy = append(xy, []any{p[0], p[1]})
	}
	return &value.Detections{
		XYXY: []value.Box{{40, 5, 130, 118}}, Confidence: []float64{0.9}, ClassID: []int64{0},
		Data: map[string][]any{value.ColumnClass: {"person"}, value.ColumnKeypointsXY: {xy}},
	}
}

func point(x, y int) []any { return []any{x, y} }

// A person has checked the pictures in testdata.
func TestGoldenPictures(t *testing.T) {
	t.Parallel()
	keypoints := blocktest.Input{Kind: "keypoint_detection_prediction", Value: person()}
	found := blocktest.Input{Kind: "object_detection_prediction", Value: person()}
	for name, c := range map[string]struct {
		block  string
		fields map[string]any
	}{
		"zone":   {"polygon_zone_visualization@v1", map[string]any{"zone": []any{point(20, 20), point(140, 30), point(80, 60), point(130, 110), point(30, 100)}, "color": "#5bb573", "opacity": 0.8}},
		"zones":  {"polygon_zone_visualization@v1", map[string]any{"zone": []any{[]any{point(10, 10), point(60, 10), point(60, 60)}, []any{point(90, 50), point(150, 50), point(120, 100)}}, "color": "red"}},
		"line":   {"line_counter_visualization@v1", map[string]any{"zone": []any{point(70, 40), point(140, 100)}, "count_in": 3, "count_out": 12, "thickness": 5, "text_scale": 0.5, "opacity": 0.9}},
		"path":   {"reference_path_visualization@v1", map[string]any{"reference_path": []any{point(10, 100), point(60, 20), point(110, 90), point(150, 30)}, "thickness": 3, "color": "blue"}},
		"edges":  {"keypoint_visualization@v1", map[string]any{"predictions": keypoints, "annotator_type": "edge"}},
		"dots":   {"keypoint_visualization@v1", map[string]any{"predictions": keypoints, "annotator_type": "vertex", "radius": 3}},
		"labels": {"keypoint_visualization@v1", map[string]any{"predictions": keypoints, "annotator_type": "vertex_label", "radius": 2, "text_padding": 2, "text_scale": 0.3, "text_color": "white"}},
		"icon":   {"icon_visualization@v1", map[string]any{"icon": blocktest.Picture(ring()), "mode": "static", "x_position": -8, "y_position": -4, "icon_width": 60, "icon_height": 40}},
		"icons":  {"icon_visualization@v1", map[string]any{"icon": blocktest.Picture(ring()), "predictions": found, "icon_width": 30, "icon_height": 30}},
		"text": {"text_display@v1", map[string]any{
			"text": "count: {{ $parameters.n }}\nand {{$parameters.other}}", "text_parameters": map[string]any{"n": 7}, "font_scale": 0.5, "text_align": "center",
			"background_color": "#003366", "background_opacity": 0.7, "border_radius": 8, "anchor": "bottom_right", "offset_x": -5, "offset_y": -5,
		}},
	} {
		fields := map[string]any{"image": blocktest.Picture(plain(160, 120, color.Gray{90}))}
		for field, v := range c.fields {
			fields[field] = v
		}
		compare(t, name, c.block, fields)
	}
}

func compare(t *testing.T, name, block string, fields map[string]any) {
	t.Helper()
	out, err := blocktest.Run(t, overlay.Blocks(), block, fields)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	pixels, err := out["image"].(*value.Image).Pixels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".png")
	if *update {
		var b bytes.Buffer
		if err := png.Encode(&b, pixels); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if got := imaging.Copy(pixels); !bytes.Equal(got.Pix, imaging.Copy(want).Pix) {
		t.Errorf("%s is not as in %s; look at it with -update", name, path)
	}
}

// Three pictures in a grid of 100 by 80 have cells of 50 by 40; the fourth stays black.
func TestGrid(t *testing.T) {
	t.Parallel()
	red, blue := color.RGBA{R: 255, A: 255}, color.RGBA{B: 255, A: 255}
	images := []any{blocktest.Picture(plain(100, 40, red)), blocktest.Picture(plain(50, 40, blue)), blocktest.Picture(plain(10, 40, blue))}
	if _, err := blocktest.Run(t, overlay.Blocks(), "grid_visualization@v1", map[string]any{"images": images, "width": 100_000}); err == nil {
		t.Error("a grid of 100 000 pixels was made")
	}
	out, err := blocktest.Run(t, overlay.Blocks(), "grid_visualization@v1", map[string]any{"images": images, "width": 100, "height": 80})
	if err != nil {
		t.Fatal(err)
	}
	pixels, err := out["image"].(*value.Image).Pixels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[image.Point]color.Color{
		{X: 25, Y: 20}: red, {X: 25, Y: 5}: color.RGBA{A: 255}, {X: 75, Y: 20}: blue, {X: 25, Y: 60}: blue, {X: 5, Y: 60}: color.RGBA{A: 255}, {X: 75, Y: 60}: color.RGBA{A: 255},
	} {
		if got := pixels.At(at.X, at.Y); got != want {
			t.Errorf("%v is %v, want %v", at, got, want)
		}
	}
}

// Anything is drawn or refused, quickly and within the memory of the picture.
func TestHostileFields(t *testing.T) {
	t.Parallel()
	long := make([]any, 5000)
	for i := range long {
		long[i] = point(i, i%7)
	}
	far := []any{point(-1_000_000, -1_000_000), point(1_000_000, 5), []any{5, 1e8}}
	picture := plain(40, 30, color.White)
	for _, c := range []struct {
		block   string
		refused bool
		fields  map[string]any
	}{
		{"polygon_zone_visualization@v1", true, map[string]any{"zone": long}},
		{"polygon_zone_visualization@v1", false, map[string]any{"zone": far}},
		{"polygon_zone_visualization@v1", false, map[string]any{"zone": []any{}}},
		{"reference_path_visualization@v1", false, map[string]any{"reference_path": far}},
		{"line_counter_visualization@v1", false, map[string]any{"zone": far}},
		{"line_counter_visualization@v1", true, map[string]any{"zone": far, "thickness": 1 << 40}},
		{"icon_visualization@v1", true, map[string]any{"icon": blocktest.Picture(picture), "icon_width": 100_000, "icon_height": 100_000}},
		{"keypoint_visualization@v1", true, map[string]any{"predictions": blocktest.Input{Kind: "keypoint_detection_prediction", Value: person()}, "edges": long}},
	} {
		fields := map[string]any{"image": blocktest.Picture(picture)}
		for field, v := range c.fields {
			fields[field] = v
		}
		if _, err := blocktest.Run(t, overlay.Blocks(), c.block, fields); (err != nil) != c.refused {
			t.Errorf("%s: %v", c.block, err)
		}
	}
}

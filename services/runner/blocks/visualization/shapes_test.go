package visualization_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Each block paints some pixels and leaves others white: the places follow from the box
// 40, 40, 80, 70, its centre 60, 55 and half its diagonal, 25.
func TestShapesAreWhereTheyShouldBe(t *testing.T) {
	t.Parallel()
	box := value.Box{40, 40, 80, 70}
	masked := func() *value.Detections {
		d := found(box)
		d.Masks = []*value.Mask{value.FillPolygon(200, 150, []image.Point{{X: 40, Y: 40}, {X: 80, Y: 40}, {X: 60, Y: 70}})}
		return d
	}
	for _, c := range []struct {
		block   string
		of      *value.Detections
		fields  map[string]any
		painted []image.Point
		white   []image.Point
	}{
		{"circle_visualization@v1", found(box), nil, []image.Point{{X: 85, Y: 55}, {X: 35, Y: 55}, {X: 60, Y: 30}}, []image.Point{{X: 60, Y: 55}, {X: 90, Y: 55}}},
		{"dot_visualization@v1", found(box), map[string]any{"radius": 5}, []image.Point{{X: 60, Y: 55}, {X: 64, Y: 55}}, []image.Point{{X: 67, Y: 55}}},
		{"dot_visualization@v1", found(box), map[string]any{"position": "BOTTOM_RIGHT", "outline_thickness": 2}, []image.Point{{X: 80, Y: 70}, {X: 85, Y: 70}}, []image.Point{{X: 60, Y: 55}}},
		{"dot_visualization@v1", masked(), map[string]any{"position": "CENTER_OF_MASS"}, []image.Point{{X: 60, Y: 50}}, []image.Point{{X: 60, Y: 60}}},
		{"triangle_visualization@v1", found(box), nil, []image.Point{{X: 60, Y: 40}, {X: 57, Y: 31}, {X: 63, Y: 31}}, []image.Point{{X: 57, Y: 39}, {X: 60, Y: 42}}},
		{"corner_visualization@v1", found(box), nil, []image.Point{{X: 40, Y: 40}, {X: 54, Y: 40}, {X: 80, Y: 56}, {X: 66, Y: 70}}, []image.Point{{X: 60, Y: 40}, {X: 60, Y: 55}}},
		{"ellipse_visualization@v1", found(box), nil, []image.Point{{X: 100, Y: 70}, {X: 20, Y: 70}, {X: 60, Y: 84}}, []image.Point{{X: 60, Y: 56}, {X: 60, Y: 70}}},
		{"polygon_visualization@v1", masked(), nil, []image.Point{{X: 60, Y: 40}, {X: 60, Y: 70}, {X: 50, Y: 55}}, []image.Point{{X: 60, Y: 50}, {X: 42, Y: 65}}},
		{"polygon_visualization@v2", masked(), nil, []image.Point{{X: 60, Y: 40}}, []image.Point{{X: 60, Y: 50}}},
		{"mask_visualization@v1", masked(), nil, []image.Point{{X: 60, Y: 50}}, []image.Point{{X: 42, Y: 65}}},
		{"background_color_visualization@v1", masked(), nil, []image.Point{{X: 42, Y: 65}, {X: 5, Y: 5}}, []image.Point{{X: 60, Y: 50}}},
		{"background_color_visualization@v1", found(box), map[string]any{"color": "RED", "opacity": 1}, []image.Point{{X: 39, Y: 55}}, []image.Point{{X: 41, Y: 65}}},
	} {
		got, err := draw(t, c.block, blank(200, 150), c.of, c.fields)
		if err != nil {
			t.Errorf("%s: %v", c.block, err)
			continue
		}
		white := color.RGBA{255, 255, 255, 255}
		for _, p := range c.painted {
			if got.RGBAAt(p.X, p.Y) == white {
				t.Errorf("%s %v: %v is white", c.block, c.fields, p)
			}
		}
		for _, p := range c.white {
			if got.RGBAAt(p.X, p.Y) != white {
				t.Errorf("%s %v: %v is painted", c.block, c.fields, p)
			}
		}
	}
}

// Where a detection is hidden, no pixel of the checkerboard keeps its colour; elsewhere all
// do.
func TestHiddenDetectionsShowNothing(t *testing.T) {
	t.Parallel()
	board := image.NewRGBA(image.Rect(0, 0, 60, 60))
	for i := range 60 * 60 {
		v := uint8(255 * ((i%60 + i/60) % 2))
		board.SetRGBA(i%60, i/60, color.RGBA{v, v, v, 255})
	}
	for _, block := range []string{"blur_visualization@v1", "pixelate_visualization@v1"} {
		got, err := draw(t, block, value.NewImage(board, "board"), found(value.Box{20, 20, 41, 40}, value.Box{500, 500, 600, 600}, value.Box{-50, -50, -10, -10}), nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 60 * 60 {
			p := image.Pt(i%60, i/60)
			v := got.RGBAAt(p.X, p.Y).R
			if hidden := p.In(image.Rect(20, 20, 41, 40)); hidden != (v > 100 && v < 160) {
				t.Fatalf("%s: %v is %d", block, p, v)
			}
		}
	}
}

func TestShapesOfHostileDetections(t *testing.T) {
	t.Parallel()
	boxes := []value.Box{{1e300, -1e300, 1e300, 1e300}, {80, 70, 40, 40}, {}, {-1e9, -1e9, 1e9, 1e9}}
	for _, block := range []string{
		"circle_visualization@v1", "dot_visualization@v1", "triangle_visualization@v1", "corner_visualization@v1", "ellipse_visualization@v1",
		"blur_visualization@v1", "pixelate_visualization@v1", "background_color_visualization@v1",
	} {
		for _, fields := range []map[string]any{nil, {"thickness": 1 << 40, "radius": 1 << 40, "base": 1 << 40, "corner_length": 1 << 40, "end_angle": 1 << 40, "kernel_size": -5, "pixel_size": 1 << 40}} {
			if _, err := draw(t, block, blank(50, 50), found(boxes...), fields); err != nil {
				t.Errorf("%s: %v", block, err)
			}
		}
	}
	if _, err := draw(t, "dot_visualization@v1", blank(50, 50), found(boxes...), map[string]any{"position": "CENTER_OF_MASS"}); err == nil {
		t.Error("boxes have a centre of mass")
	}
}

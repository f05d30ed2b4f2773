package classic_test

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/classic"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// scene is a dark picture with bright rectangles.
func scene(w, h int, bright ...image.Rectangle) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(color.Gray{20}), image.Point{}, draw.Src)
	for _, r := range bright {
		draw.Draw(img, r, image.NewUniform(color.Gray{220}), image.Point{}, draw.Src)
	}
	return img
}

func run(t *testing.T, block string, img image.Image, fields map[string]any) (map[string]any, error) {
	t.Helper()
	given := map[string]any{"image": blocktest.Picture(value.NewImage(img, "picture"))}
	for name, v := range fields {
		given[name] = v
	}
	return blocktest.Run(t, classic.Blocks(), block, given)
}

func must(t *testing.T, block string, img image.Image, fields map[string]any) map[string]any {
	t.Helper()
	out, err := run(t, block, img, fields)
	if err != nil {
		t.Fatalf("%s: %v", block, err)
	}
	return out
}

func pixels(t *testing.T, v any) image.Image {
	t.Helper()
	p, err := v.(*value.Image).Pixels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The template is the upper left corner of a bright square. There are two such squares.
func TestTemplateMatching(t *testing.T) {
	t.Parallel()
	img := scene(80, 60, image.Rect(10, 10, 30, 30), image.Rect(50, 25, 70, 45))
	corner := value.NewImage(img.SubImage(image.Rect(5, 5, 17, 15)), "template")
	out := must(t, "template_matching@v1", img, map[string]any{"template": blocktest.Picture(corner), "matching_threshold": 0.99})
	d := out["predictions"].(*value.Detections)
	if diff := cmp.Diff([]value.Box{{5, 5, 17, 15}, {45, 20, 57, 30}}, d.XYXY); diff != "" || out["number_of_matches"] != int64(2) || d.Class(0) != "template_match" {
		t.Errorf("%v %s", out["number_of_matches"], diff)
	}
	for _, c := range []struct {
		template image.Image
		fields   map[string]any
	}{
		{scene(81, 10), nil}, // larger than the picture
		{scene(4, 4), map[string]any{"matching_threshold": -1.0}}, // fits at 77*57 places, which is allowed
	} {
		fields := map[string]any{"template": blocktest.Picture(value.NewImage(c.template, "t")), "apply_nms": true}
		for name, v := range c.fields {
			fields[name] = v
		}
		if _, err := run(t, "template_matching@v1", img, fields); (err != nil) != (c.fields == nil) {
			t.Errorf("a template of %v: %v", c.template.Bounds(), err)
		}
	}
	if _, err := run(t, "template_matching@v1", scene(200, 200), map[string]any{"template": blocktest.Picture(value.NewImage(scene(4, 4), "t"))}); err == nil {
		t.Error("38 809 matches were taken")
	}
}

// Black squares of 10 and 20 pixels: the lower one comes first, and a hole has no contour.
func TestContours(t *testing.T) {
	t.Parallel()
	img := image.NewGray(image.Rect(0, 0, 60, 60))
	draw.Draw(img, image.Rect(5, 5, 15, 15), image.White, image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(30, 30, 50, 50), image.White, image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(35, 35, 45, 45), image.Black, image.Point{}, draw.Src)
	out := must(t, "contours_detection@v1", img, map[string]any{"line_thickness": 1})
	if out["number_contours"] != int64(2) {
		t.Fatalf("found %v", out["number_contours"])
	}
	corners := map[[2]int64]bool{}
	for _, p := range out["contours"].([]any)[0].([]any) {
		xy := p.([]any)[0].([]any)
		corners[[2]int64{xy[0].(int64), xy[1].(int64)}] = true
	}
	if diff := cmp.Diff(map[[2]int64]bool{{30, 30}: true, {49, 30}: true, {49, 49}: true, {30, 49}: true}, corners); diff != "" {
		t.Error(diff)
	}
	want := []any{[]any{[]any{int64(1), int64(-1), int64(-1), int64(-1)}, []any{int64(-1), int64(0), int64(-1), int64(-1)}}}
	if diff := cmp.Diff(want, out["hierarchy"]); diff != "" {
		t.Error(diff)
	}
	if got := pixels(t, out["image"]).At(5, 10); got != (color.RGBA{R: 255, B: 255, A: 255}) {
		t.Errorf("the contour is %v", got)
	}
}

// Half of the pixels are 100, half 150. Stretched they are black and white; equalised they
// are the middle and white.
func TestEqualization(t *testing.T) {
	t.Parallel()
	img := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range img.Pix {
		img.Pix[i] = uint8(100 + 50*(i%2))
	}
	for kind, want := range map[string][2]uint8{"Contrast Stretching": {0, 255}, "Histogram Equalization": {127, 255}} {
		out := pixels(t, must(t, "contrast_equalization@v1", img, map[string]any{"equalization_type": kind})["image"]).(*image.Gray)
		if got := [2]uint8(out.Pix[:2]); got != want {
			t.Errorf("%s: %v, want %v", kind, got, want)
		}
	}
	soft := scene(64, 64, image.Rect(8, 8, 32, 32))
	if got := pixels(t, must(t, "contrast_equalization@v1", soft, map[string]any{"equalization_type": "Adaptive Equalization"})["image"]); got.Bounds() != soft.Rect {
		t.Errorf("the size is %v", got.Bounds())
	}
	even := image.NewGray(image.Rect(0, 0, 8, 8))
	for _, kind := range []string{"Contrast Stretching", "Histogram Equalization", "Adaptive Equalization"} {
		must(t, "contrast_equalization@v1", even, map[string]any{"equalization_type": kind})
	}
}

// An edge of 200 changes two of the ten columns in all rows: 2 * 200 * 200 / 10. A picture of
// one brightness has no focus.
func TestCameraFocus(t *testing.T) {
	t.Parallel()
	if got := must(t, "camera_focus@v1", scene(10, 10, image.Rect(5, 0, 10, 10)), nil)["focus_measure"]; got != 8000.0 {
		t.Errorf("the focus is %v", got)
	}
	if got := must(t, "camera_focus@v1", scene(1, 1), nil)["focus_measure"]; got != 0.0 {
		t.Errorf("the focus of a pixel is %v", got)
	}
}

// Without distortion a picture stays unchanged; with distortion its middle does.
func TestCalibration(t *testing.T) {
	t.Parallel()
	img := scene(101, 81, image.Rect(45, 35, 56, 46))
	fields := map[string]any{"fx": 100.0, "fy": 100.0, "cx": 50.0, "cy": 40.0, "k1": 0.0, "k2": 0.0, "k3": 0.0, "p1": 0.0, "p2": 0.0}
	out := pixels(t, must(t, "camera-calibration@v1", img, fields)["calibrated_image"])
	for y := range 81 {
		for x := range 101 {
			if got, want := color.GrayModel.Convert(out.At(x, y)), color.GrayModel.Convert(img.At(x, y)); got != want {
				t.Fatalf("%d, %d became %v, was %v", x, y, got, want)
			}
		}
	}
	for _, fisheye := range []bool{false, true} {
		fields["k1"], fields["use_fisheye_model"] = -0.2, fisheye
		out = pixels(t, must(t, "camera-calibration@v1", img, fields)["calibrated_image"])
		if got := color.GrayModel.Convert(out.At(50, 40)).(color.Gray).Y; got != 220 || out.Bounds() != img.Rect {
			t.Errorf("the middle is %d, the size %v", got, out.Bounds())
		}
	}
	fields["fx"] = 0.0
	if _, err := run(t, "camera-calibration@v1", img, fields); err == nil {
		t.Error("a focal length of 0 was taken")
	}
}

// A line that is 10 degrees from upright is turned upright, and the picture grows to hold
// its corners. A picture without edges stays.
func TestAutoRotate(t *testing.T) {
	t.Parallel()
	img := scene(200, 200)
	sin, cos := math.Sincos(10 * math.Pi / 180)
	for i := range 200 * 200 {
		x, y := float64(i%200-100), float64(i/200-100)
		inside := min(max(15.5-math.Abs(x*cos-y*sin), 0), 1) * min(max(80.5-math.Abs(x*sin+y*cos), 0), 1)
		img.Set(i%200, i/200, color.Gray{uint8(20 + 200*inside)})
	}
	for target, want := range map[string]float64{"vertical": -10, "horizontal": 80, "either": -10} {
		out := must(t, "auto_rotate_on_edges@v1", img, map[string]any{"target_orientation": target})
		angle := out["angle"].(float64)
		if math.Abs(math.Abs(angle)-math.Abs(want)) > 1.5 || out["image"].(*value.Image).Width() <= 200 {
			t.Errorf("%s: turned by %v, want %v", target, angle, want)
		}
	}
	for _, c := range []struct {
		img    image.Image
		fields map[string]any
	}{{scene(50, 50), nil}, {img, map[string]any{"max_correction_degrees": 5.0}}, {img, map[string]any{"skip_below_degrees": 15.0}}} {
		if out := must(t, "auto_rotate_on_edges@v1", c.img, c.fields); out["angle"] != 0.0 {
			t.Errorf("%v: turned by %v", c.fields, out["angle"])
		}
	}
}

// The mask is four pixels too large on each side; it snaps to the square.
func TestMaskEdgeSnap(t *testing.T) {
	t.Parallel()
	img := scene(120, 100, image.Rect(40, 30, 80, 70))
	loose := value.NewMask(120, 100, image.Rect(36, 26, 84, 74))
	for i := range loose.Pix {
		loose.Pix[i] = true
	}
	d := blocktest.Found("square", value.Box{36, 26, 84, 74})
	d.Masks = []*value.Mask{loose}
	out := must(t, "mask_edge_snap@v1", img, map[string]any{"segmentation": blocktest.Detections(d)})
	refined, edges := out["refined_segmentation"].(*value.Detections), out["edges"].(*value.Detections)
	if area := refined.Masks[0].Area(); area < 38*38 || area > 44*44 {
		t.Errorf("the mask has %d pixels, the square 1600", area)
	}
	if edges.Len() != 1 || edges.Class(0) != "edges" || edges.XYXY[0][0] < 36 || edges.XYXY[0][2] > 84 {
		t.Errorf("the edges are %v", edges.XYXY)
	}
	none := must(t, "mask_edge_snap@v1", scene(60, 60), map[string]any{"segmentation": blocktest.Detections(&value.Detections{})})
	if none["edges"].(*value.Detections).Len() != 0 || none["refined_segmentation"].(*value.Detections).Len() != 0 {
		t.Error("an even picture has edges")
	}
	if _, err := run(t, "mask_edge_snap@v1", scene(60, 60), map[string]any{"segmentation": blocktest.Detections(d)}); err == nil {
		t.Error("a mask of another size was taken")
	}
}

package feature_test

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/feature"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// meadow is a picture with many coloured spots.
func meadow(seed uint64) *image.RGBA {
	const w, h = 320, 200
	random := rand.New(rand.NewPCG(seed, 2))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		img.SetRGBA(i%w, i/w, color.RGBA{110, 120, 110, 255})
	}
	for range 140 {
		c := color.RGBA{uint8(random.IntN(256)), uint8(random.IntN(256)), uint8(random.IntN(256)), 255}
		imaging.Disc(img, random.Float64()*w, random.Float64()*h, 2+8*random.Float64(), c)
	}
	return img
}

func picture(img image.Image) blocktest.Input {
	return blocktest.Picture(value.NewImage(imaging.Copy(img), "meadow"))
}

func run(t *testing.T, block string, fields map[string]any) map[string]any {
	t.Helper()
	out, err := blocktest.Run(t, feature.Blocks(), block, fields)
	if err != nil {
		t.Fatalf("%s: %v", block, err)
	}
	return out
}

func TestComparison(t *testing.T) {
	t.Parallel()
	whole, other := meadow(1), meadow(2)
	part := whole.SubImage(image.Rect(60, 20, 260, 180))
	first, second := run(t, "sift@v1", map[string]any{"image": picture(whole)}), run(t, "sift@v1", map[string]any{"image": picture(other)})
	if points := first["keypoints"].([]any); len(points) < 50 || len(points) != len(first["descriptors"].([]any)) {
		t.Fatalf("%d key points", len(points))
	}
	if w := first["image"].(*value.Image).Width(); w != 320 {
		t.Errorf("the drawn picture is %d wide", w)
	}
	given := func(v any) blocktest.Input { return blocktest.Input{Kind: "numpy_array", Value: []any{v}} }
	for name, c := range map[string]struct {
		with any
		want bool
	}{"same": {first["descriptors"], true}, "other": {second["descriptors"], false}} {
		out := run(t, "sift_comparison@v1", map[string]any{"descriptor_1": given(first["descriptors"]), "descriptor_2": given(c.with), "good_matches_threshold": 40})
		if out["images_match"] != c.want {
			t.Errorf("%s: %v", name, out)
		}
	}
	for _, matcher := range []string{"FlannBasedMatcher", "BFMatcher"} {
		out := run(t, "sift_comparison@v2", map[string]any{"input_1": picture(whole), "input_2": picture(part), "good_matches_threshold": 30, "matcher": matcher, "visualize": true})
		if out["images_match"] != true || out["visualization_matches"].(*value.Image).Width() != 320+200 || out["visualization_2"].(*value.Image).Height() != 160 {
			t.Errorf("%s: %v, %v matches", matcher, out["images_match"], out["good_matches_count"])
		}
	}
	mixed := run(t, "sift_comparison@v2", map[string]any{"input_1": given(first["descriptors"]), "input_2": picture(part), "good_matches_threshold": 30})
	if mixed["images_match"] != true || mixed["keypoints_1"] != nil || mixed["visualization_2"] != nil {
		t.Errorf("descriptors and a picture: %v, %v", mixed["images_match"], mixed["good_matches_count"])
	}
	black := run(t, "sift@v1", map[string]any{"image": picture(image.NewGray(image.Rect(0, 0, 64, 64)))})
	if black["descriptors"] != nil || len(black["keypoints"].([]any)) != 0 {
		t.Errorf("a black picture has descriptors: %v", black["descriptors"])
	}
}

func TestHostileDescriptors(t *testing.T) {
	t.Parallel()
	row := make([]any, 128)
	for i := range row {
		row[i] = 1.0
	}
	good, long, wrong := []any{row, row}, make([]any, 4000), append([]any{math.Inf(1)}, row[1:]...)
	for name, bad := range map[string]any{"short rows": []any{[]any{1.0}}, "infinite": []any{wrong}, "long": long, "no rows": []any{1, 2}} {
		_, err := blocktest.Run(t, feature.Blocks(), "sift_comparison@v1", map[string]any{
			"descriptor_1": blocktest.Input{Kind: "numpy_array", Value: []any{good}}, "descriptor_2": blocktest.Input{Kind: "numpy_array", Value: []any{bad}},
		})
		if err == nil || !strings.Contains(err.Error(), "descriptor_2 must") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Two halves of a meadow that overlap give the meadow again.
func TestPanorama(t *testing.T) {
	t.Parallel()
	whole := meadow(3)
	left, right := whole.SubImage(image.Rect(0, 0, 200, 200)), whole.SubImage(image.Rect(110, 0, 320, 200))
	for _, order := range [][2]image.Image{{left, right}, {right, left}} {
		out := run(t, "stitch_images@v1", map[string]any{"image1": picture(order[0]), "image2": picture(order[1])})
		stitched, ok := out["stitched_image"].(*value.Image)
		if !ok {
			t.Fatal("there is no panorama")
		}
		if dx, dy := stitched.Width()-320, stitched.Height()-200; dx*dx > 4 || dy*dy > 4 {
			t.Fatalf("the panorama is %d by %d", stitched.Width(), stitched.Height())
		}
		pixels, err := stitched.Pixels(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		away := 0.0
		for i := range 310 * 190 {
			x, y := i%310+5, i/310+5
			a, b := color.RGBAModel.Convert(pixels.At(x, y)).(color.RGBA), whole.RGBAAt(x, y)
			away += math.Abs(float64(a.R)-float64(b.R)) / (310 * 190)
		}
		if away > 8 { // edges move by a part of a pixel
			t.Errorf("the panorama differs by %.1f", away)
		}
	}
	for name, fields := range map[string]map[string]any{
		"other pictures": {"image1": picture(left), "image2": picture(meadow(4))},
		"black":          {"image1": picture(left), "image2": picture(image.NewGray(image.Rect(0, 0, 90, 90)))},
		"one match":      {"image1": picture(left), "image2": picture(right), "count_of_best_matches_per_query_descriptor": 1},
	} {
		if out := run(t, "stitch_images@v1", fields); out["stitched_image"] != nil {
			t.Errorf("%s have a panorama", name)
		}
	}
	if _, err := blocktest.Run(t, feature.Blocks(), "stitch_images@v1", map[string]any{"image1": picture(left), "image2": picture(right), "count_of_best_matches_per_query_descriptor": 0}); err == nil {
		t.Error("no matches were asked for")
	}
}

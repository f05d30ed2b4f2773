package motion_test

import (
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/motion"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// frame is an even grey picture with a white square at x, if x is not negative.
func frame(x int) any {
	img := image.NewRGBA(image.Rect(0, 0, 120, 80))
	draw.Draw(img, img.Rect, image.NewUniform(color.Gray{50}), image.Point{}, draw.Src)
	if x >= 0 {
		draw.Draw(img, image.Rect(x, 20, x+30, 50), image.White, image.Point{}, draw.Src)
	}
	return value.NewImage(img, "frame")
}

// play runs a step on the frames of a video and returns its outputs for each.
func play(t *testing.T, block string, fields map[string]any, frames ...any) ([]map[string]any, error) {
	t.Helper()
	step := map[string]any{"type": "roboflow_core/" + block, "name": "s", "image": "$inputs.image"}
	for name, v := range fields {
		step[name] = v
	}
	definition, err := json.Marshal(map[string]any{
		"version": "1.3.0", "inputs": []any{map[string]any{"type": "WorkflowImage", "name": "image"}}, "steps": []any{step},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "out", "selector": "$steps.s.*", "coordinates_system": "own"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, _, problems := plan.Load(definition, manifest.Core())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, err := engine.Compile(p, motion.Blocks())
	if err != nil {
		t.Fatal(err)
	}
	results, err := w.Run(t.Context(), engine.Request{Env: engine.Env{NewID: func() string { return "id" }}, Inputs: map[string]any{"image": frames}})
	var out []map[string]any
	for _, result := range results {
		out = append(out, result["out"].(map[string]any))
	}
	return out, err
}

// still is the number of frames without the square. The longer a background was stable, the
// longer it takes until something new becomes a part of it.
const still = 30

// video is still frames and one with the square.
func video() []any {
	var frames []any
	for range still {
		frames = append(frames, frame(-1))
	}
	return append(frames, frame(40))
}

// The first frame resembles itself, which counts as shadow, as in OpenCV. A still scene is background; the square is not.
func TestBackgroundSubtraction(t *testing.T) {
	t.Parallel()
	out, err := play(t, "background_subtraction@v1", map[string]any{"history": still}, video()...)
	if err != nil {
		t.Fatal(err)
	}
	at := func(i, x, y int) uint8 {
		pixels, err := out[i]["image"].(*value.Image).Pixels(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return color.GrayModel.Convert(pixels.At(x, y)).(color.Gray).Y
	}
	for _, c := range []struct {
		frame, x, y int
		want        uint8
	}{{0, 50, 30, 127}, {9, 50, 30, 0}, {still, 50, 30, 255}, {still, 5, 5, 0}} {
		if got := at(c.frame, c.x, c.y); got != c.want {
			t.Errorf("frame %d has %d at %d, %d, want %d", c.frame, got, c.x, c.y, c.want)
		}
	}
}

// A spot that becomes a little darker is a shadow, not an object.
func TestShadow(t *testing.T) {
	t.Parallel()
	bright, dim := image.NewGray(image.Rect(0, 0, 8, 8)), image.NewGray(image.Rect(0, 0, 8, 8))
	for i := range bright.Pix {
		bright.Pix[i], dim.Pix[i] = 200, 140
	}
	var frames []any
	for range 10 {
		frames = append(frames, value.NewImage(bright, "f"))
	}
	out, err := play(t, "background_subtraction@v1", nil, append(frames, value.NewImage(dim, "f"))...)
	if err != nil {
		t.Fatal(err)
	}
	pixels, err := out[10]["image"].(*value.Image).Pixels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := color.GrayModel.Convert(pixels.At(4, 4)).(color.Gray).Y; got != 127 {
		t.Errorf("the shadow is %d, want 127", got)
	}
}

func TestMotionDetection(t *testing.T) {
	t.Parallel()
	frames := append(video(), frame(44))
	out, err := play(t, "motion_detection@v1", map[string]any{"history": still}, frames...)
	if err != nil {
		t.Fatal(err)
	}
	for i, result := range out {
		if moved, alarm := i >= still, i == still; result["motion"] != moved || result["alarm"] != alarm {
			t.Errorf("frame %d: motion %v, alarm %v", i, result["motion"], result["alarm"])
		}
	}
	d := out[still]["detections"].(*value.Detections)
	if d.Len() != 1 || d.XYXY[0] != (value.Box{40, 20, 70, 50}) || d.Class(0) != "motion" {
		t.Errorf("found %v", d.XYXY)
	}
	if zones := out[still]["motion_zones"].([]any); len(zones) != 1 || len(zones[0].([]any)) < 4 {
		t.Errorf("zones %v", zones)
	}
}

// The zone is the left half: the square's left third is in it. A square outside is none.
func TestMotionInZone(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]int{"[[0, 0], [50, 0], [50, 79], [0, 79]]": 1, "[[0, 0], [20, 0], [20, 79], [0, 79]]": 0} {
		out, err := play(t, "motion_detection@v1", map[string]any{"history": still, "detection_zone": zone}, video()...)
		if err != nil {
			t.Fatal(err)
		}
		d := out[still]["detections"].(*value.Detections)
		if d.Len() != want || want == 1 && d.XYXY[0] != (value.Box{40, 20, 51, 50}) {
			t.Errorf("%s: %v", zone, d.XYXY)
		}
	}
	for _, zone := range []any{"{", "[[1, 2]]", []any{1, 2, 3}, "[[1, 2], [3, 4], [\"a\", 5]]"} {
		if _, err := play(t, "motion_detection@v1", map[string]any{"suppress_first_detections": false, "detection_zone": zone}, frame(1)); err == nil {
			t.Errorf("the zone %v was accepted", zone)
		}
	}
}

// A run never sees the frames of another run.
func TestRunsDoNotShareTheirVideo(t *testing.T) {
	t.Parallel()
	for range 2 {
		out, err := play(t, "motion_detection@v1", map[string]any{"history": still}, video()...)
		if err != nil || out[0]["motion"] != false || out[still]["motion"] != true {
			t.Errorf("%v, %v", out, err)
		}
	}
}

package models_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/runner/models/modeltest"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// mirror is a "detector" whose output is its input, in the shape of YOLOv8 with
// two classes: of a picture of one colour, every anchor has the red value for its
// x and y, the green for its sides, and the blue for both scores.
func mirror() []byte {
	return workertest.Graph{
		Int64s:  map[string][]int64{"shape": {0, 6, 2048}},
		Nodes:   []workertest.Node{{Op: "Reshape", In: []string{"images", "shape"}, Out: []string{"output0"}}},
		Inputs:  []workertest.Value{{Name: "images", Shape: []int64{-1, 3, 64, 64}}},
		Outputs: []workertest.Value{{Name: "output0", Shape: []int64{-1, 6, 2048}}},
	}.Encode()
}

func packed(tb testing.TB, files map[string]string) string {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return workertest.WriteFile(tb, b.Bytes())
}

func plain(c color.RGBA) *value.Image {
	img := image.NewRGBA(image.Rect(0, 0, 128, 128))
	for i := 0; i < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = c.R, c.G, c.B, c.A
	}
	return value.NewImage(img, fmt.Sprint(c))
}

const mirrorID = "demo/mirror/1"

// The settings of a package decide how a picture is prepared, and a batch of any size is
// answered in its order.
func TestPackageSettingsAndBatches(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{
		// Red 40 is the middle, green 20 the side: from 30 to 50, twice as much on the picture.
		`{"network_input":{"training_input_size":{"width":64,"height":64},"resize_mode":"stretch","color_mode":"rgb"}}`: "[60 60 100 100]",
		// As BGR, the first plane is the blue one: 255 in the middle, clamped.
		`{"network_input":{"training_input_size":{"width":64,"height":64},"color_mode":"bgr"}}`: "[128 128 128 128]",
		// Normalised: (40/2 - 5) / 0.5 = 30 and (20/2 - 5) / 0.5 = 10.
		`{"network_input":{"training_input_size":{"width":64,"height":64},"scaling_factor":2,"normalization":[[5,5,5],[0.5,0.5,0.5]]}}`: "[50 50 70 70]",
	} {
		path := packed(t, map[string]string{"weights.onnx": string(mirror()), "class_names.txt": "cat\ndog\n", "inference_config.json": config})
		r := modeltest.Runner(t, modeltest.Files{mirrorID: path})
		var images []*value.Image
		for i := range 11 { // every third has no blue
			images = append(images, plain(color.RGBA{40, 20, uint8(255 * min(i%3, 1)), 255}))
		}
		found := infer(t, r, engine.Inference{Step: "find", Model: mirrorID, Task: models.ObjectDetection, Images: images})
		for i, d := range found {
			bgr := strings.Contains(config, "bgr") // then the scores are red: always there
			if (d.Len() == 1) != (bgr || i%3 != 0) {
				t.Fatalf("%s: picture %d has %d detections", config, i, d.Len())
			}
			if i%3 == 1 && (fmt.Sprint(d.XYXY[0]) != want || d.Class(0) != "cat") {
				t.Errorf("%s: picture %d has %q at %v, want cat at %s", config, i, d.Class(0), d.XYXY[0], want)
			}
		}
	}
}

// The runtime's text about a model goes to its owner's log, not to the caller of a run.
func TestAModelThatFailsIsNamedAndNotExplained(t *testing.T) {
	t.Parallel()
	hidden := workertest.Graph{
		Nodes:   []workertest.Node{{Op: "SecretSauce", In: []string{"images"}, Out: []string{"output0"}}},
		Inputs:  []workertest.Value{{Name: "images", Shape: []int64{1, 3, 64, 64}}},
		Outputs: []workertest.Value{{Name: "output0", Shape: []int64{1, 6, 2048}}},
	}.Write(t)
	r := modeltest.Runner(t, modeltest.Files{"demo/hidden/1": hidden, "demo/page/1": workertest.WriteFile(t, []byte("<html>"))})
	for _, id := range []string{"demo/hidden/1", "demo/page/1"} {
		_, err := r.Infer(t.Context(), engine.Inference{Step: "find", Model: id, Task: models.ObjectDetection, Images: []*value.Image{plain(color.RGBA{})}})
		if errs.ReasonOf(err) != errorsv1.Reason_REASON_MODEL_FAILED {
			t.Errorf("%s: %v", id, err)
		}
		if text := errs.Status(err).String(); !strings.Contains(text, id) || strings.Contains(text, "Sauce") {
			t.Errorf("%s: a stranger sees %s", id, text)
		}
	}
}

func TestModelsThatAreNoDetectorsAreRefused(t *testing.T) {
	t.Parallel()
	shapes := map[string][2][]int64{
		"a classifier":    {{1, 3, 64, 64}, {1, 1000}},
		"grey pictures":   {{1, 1, 64, 64}, {1, 6, 2048}},
		"huge pictures":   {{1, 3, 100000, 100000}, {1, 6, 2048}},
		"not pictures":    {{1, 100}, {1, 6, 2048}},
		"a map, not rows": {{1, 3, 64, 64}, {1, 2, 64, 64}},
	}
	for name, s := range shapes {
		path := workertest.Graph{
			Nodes:   []workertest.Node{{Op: "Identity", In: []string{"x"}, Out: []string{"y"}}},
			Inputs:  []workertest.Value{{Name: "x", Shape: s[0]}},
			Outputs: []workertest.Value{{Name: "y", Shape: s[0]}},
		}
		path.Nodes = []workertest.Node{{Op: "Reshape", In: []string{"x", "shape"}, Out: []string{"y"}}}
		path.Int64s = map[string][]int64{"shape": {-1}}
		path.Outputs[0].Shape = s[1]
		r := modeltest.Runner(t, modeltest.Files{mirrorID: path.Write(t)})
		_, err := r.Infer(t.Context(), engine.Inference{Step: "find", Model: mirrorID, Task: models.ObjectDetection, Images: []*value.Image{plain(color.RGBA{})}})
		if reason := errs.ReasonOf(err); reason != errorsv1.Reason_REASON_MODEL_INVALID && reason != errorsv1.Reason_REASON_MODEL_FAILED {
			t.Errorf("%s: %v", name, err)
		}
	}
}

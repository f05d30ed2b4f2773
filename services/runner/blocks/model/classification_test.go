package model_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
	"github.com/keyhole-dev/keyhole/services/runner/models/modeltest"
)

// means is a classifier whose three numbers are the means of the picture's channels.
func means() workertest.Graph {
	return workertest.Graph{
		Nodes:   []workertest.Node{{Op: "GlobalAveragePool", In: []string{"images"}, Out: []string{"output0"}}},
		Inputs:  []workertest.Value{{Name: "images", Shape: []int64{-1, 3, 8, 8}}},
		Outputs: []workertest.Value{{Name: "output0", Shape: []int64{-1, 3, 1, 1}}},
	}
}

// sized is an encoded black picture.
func sized(tb testing.TB, width, height int) []byte {
	tb.Helper()
	return filledWith(tb, width, height, color.RGBA{A: 255})
}

// colored is an encoded picture of one color.
func colored(tb testing.TB, c color.RGBA) []byte {
	tb.Helper()
	return filledWith(tb, 32, 16, c)
}

func filledWith(tb testing.TB, width, height int, c color.RGBA) []byte {
	tb.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := 0; i < len(img.Pix); i += 4 {
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = c.R, c.G, c.B, c.A
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// unit scales pixels to 0..1.
const unit = `"network_input": {"scaling_factor": 255}`

const classifying = `{
 "version": "1.0",
 "inputs": [{"type": "InferenceImage", "name": "image"}],
 "steps": [{"type": "roboflow_core/BLOCK", "name": "c", "images": "$inputs.image", "model_id": "MODEL" MORE}],
 "outputs": [{"type": "JsonField", "name": "out", "selector": "$steps.c.*"}]}`

func TestClassification(t *testing.T) {
	t.Parallel()
	// White is 1, 1, 1: softmax gives a third to each. Red is 1, 0, 0: e/(e+2) and 1/(e+2).
	red, white := colored(t, color.RGBA{255, 0, 0, 255}), colored(t, color.RGBA{255, 255, 255, 255})
	one := func(name string, id int64, confidence float64) any {
		return map[string]any{"class": name, "class_id": id, "confidence": confidence}
	}
	many := func(r, g, b float64) any {
		return map[string]any{
			"red": map[string]any{"class_id": int64(0), "confidence": r}, "green": map[string]any{"class_id": int64(1), "confidence": g},
			"blue": map[string]any{"class_id": int64(2), "confidence": b},
		}
	}
	plain, softmax, sigmoid := `{`+unit+`}`, `{`+unit+`, "post_processing": {"type": "softmax", "fused": false}}`, `{`+unit+`, "post_processing": {"type": "sigmoid", "fused": false}}`
	cases := map[string]struct {
		block, more, config string
		data                []byte
		want                map[string]any
	}{
		"v1": {"roboflow_classification_model@v1", `, "confidence": 0.2`, softmax, red, map[string]any{
			"top": "red", "confidence": 0.5761, "predictions": []any{one("red", 0, 0.5761), one("green", 1, 0.2119), one("blue", 2, 0.2119)},
		}},
		"v2, sure ones": {"roboflow_classification_model@v2", `, "confidence": 0.3`, softmax, red, map[string]any{
			"top": "red", "confidence": 0.5761, "predictions": []any{one("red", 0, 0.5761)},
		}},
		"v3, own threshold": {"roboflow_classification_model@v3", ``, softmax, white, map[string]any{
			"top": "", "confidence": 0.0, "predictions": []any{},
		}},
		"v3, custom": {"roboflow_classification_model@v3", `, "confidence_mode": "custom", "custom_confidence": 0.3`, softmax, white, map[string]any{
			"top": "red", "confidence": 0.3333, "predictions": []any{one("red", 0, 0.3333), one("green", 1, 0.3333), one("blue", 2, 0.3333)},
		}},
		"softmax is in the file": {"roboflow_classification_model@v1", `, "confidence": 0.5`, plain, red, map[string]any{
			"top": "red", "confidence": 1.0, "predictions": []any{one("red", 0, 1)},
		}},
		"many v1": {"roboflow_multi_label_classification_model@v1", `, "confidence": 0.6`, sigmoid, white, map[string]any{
			"predicted_classes": []any{"red", "green", "blue"}, "predictions": many(0.7311, 0.7311, 0.7311),
		}},
		"many v3": {"roboflow_multi_label_classification_model@v3", ``, `{` + unit + `, "post_processing": {"type": "sigmoid", "fused": true}}`, colored(t, color.RGBA{0, 255, 0, 255}), map[string]any{
			"predicted_classes": []any{"green"}, "predictions": many(0, 1, 0),
		}},
	}
	files := modeltest.Files{}
	for name, c := range cases {
		task := "classification"
		if strings.Contains(c.block, "multi_label") {
			task = "multi-label-classification"
		}
		files[name] = packed(t, means(), map[string]string{
			"class_names.txt": "red\ngreen\nblue\n", "inference_config.json": c.config, "model_config.json": `{"task_type": "` + task + `"}`,
		})
	}
	runner := modeltest.Runner(t, files)
	for name, c := range cases {
		env, meter := newEnv(runner)
		definition := strings.NewReplacer("BLOCK", c.block, "MORE", c.more, "MODEL", name).Replace(classifying)
		got := run(t, compile(t, definition), env, map[string]any{"image": []any{picture(c.data), picture(c.data)}})
		out := got[1]["out"].(map[string]any)
		prediction := out["predictions"].(map[string]any)
		if out["inference_id"] == "" || prediction["inference_id"] != out["inference_id"] || prediction["prediction_type"] != "classification" {
			t.Errorf("%s: got %v", name, out)
		}
		if hasModel := out["model_id"] == name; hasModel == strings.HasSuffix(c.block, "v1") {
			t.Errorf("%s: model_id is %v", name, out["model_id"])
		}
		if diff := cmp.Diff(map[string]any{"width": int64(32), "height": int64(16)}, prediction["image"]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		for key, want := range c.want {
			if diff := cmp.Diff(want, prediction[key]); diff != "" {
				t.Errorf("%s: %s differs (-want +got):\n%s", name, key, diff)
			}
		}
		if len(meter.uses) != 1 || meter.uses[0].Images != 2 {
			t.Errorf("%s: charged were %+v", name, meter.uses)
		}
	}
}

package model_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
	"github.com/keyhole-dev/keyhole/services/runner/models/modeltest"
)

// A picture of two by two pixels has the four numbers of the net, one for each. By hand: 1 to
// 5 becomes 0 to 1, and 2 a quarter.
func TestDepth(t *testing.T) {
	t.Parallel()
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	config := func(layout string) map[string]string {
		return map[string]string{"model_config.json": `{"task_type": "depth-estimation", "layout": "` + layout + `"}`}
	}
	numbers := []float32{1, 2, 3, 5}
	cases := map[string]struct {
		file string
		want []any
	}{
		"depth-anything-v2/small": {packed(t, constant(tensor{"depth", []int64{1, 2, 2}, numbers}), config("nearness")), []any{[]any{0.0, 0.25}, []any{0.5, 1.0}}},
		"depth-anything-v3/small": {packed(t, constant(tensor{"depth", []int64{1, 1, 2, 2}, numbers}), config("distance")), []any{[]any{1.0, 0.75}, []any{0.5, 0.0}}},
		"depth-anything-v3/base":  {packed(t, constant(tensor{"depth", []int64{1, 2, 2}, []float32{nan, inf, 3, -inf}}), config("nearness")), []any{[]any{0.0, 0.0}, []any{0.0, 0.0}}},
		"yolo26n-depth-768":       {packed(t, constant(tensor{"depth", []int64{1, 2, 2}, []float32{4, 4, 4, 4}}), config("distance")), []any{[]any{0.0, 0.0}, []any{0.0, 0.0}}},
	}
	files := modeltest.Files{}
	for name, c := range cases {
		files[name] = c.file
	}
	env, charges := newEnv(modeltest.Runner(t, files))
	const definition = `{"version": "1.0", "inputs": [{"type": "InferenceImage", "name": "image"}],
		"steps": [{"type": "roboflow_core/depth_estimation@v1", "name": "d", "images": "$inputs.image", "model_version": "MODEL"}],
		"outputs": [{"type": "JsonField", "name": "near", "selector": "$steps.d.normalized_depth"}, {"type": "JsonField", "name": "image", "selector": "$steps.d.image"}]}`
	for name, c := range cases {
		data := picture(sized(t, 2, 2))
		for _, result := range run(t, compile(t, strings.Replace(definition, "MODEL", name, 1)), env, map[string]any{"image": []any{data, data}}) {
			if diff := cmp.Diff(c.want, result["near"]); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
	if len(charges.uses) != len(cases) {
		t.Errorf("charged %v", charges.uses)
	}
}

// Perception Encoder takes the whole picture, from -1 to 1, and texts of the length that its
// model has.
func TestPerceptionEncoder(t *testing.T) {
	t.Parallel()
	table := make([]float32, 520)
	for i := range table {
		table[i] = float32(i)
	}
	visual := workertest.Graph{
		Int64s:  map[string][]int64{"shape": {0, 3}},
		Nodes:   []workertest.Node{{Op: "GlobalAveragePool", In: []string{"images"}, Out: []string{"pooled"}}, {Op: "Reshape", In: []string{"pooled", "shape"}, Out: []string{"embedding"}}},
		Inputs:  []workertest.Value{{Name: "images", Shape: []int64{-1, 3, 32, 32}}},
		Outputs: []workertest.Value{{Name: "embedding", Shape: []int64{-1, 3}}},
	}
	textual := workertest.Graph{
		Floats:  map[string][]float32{"table": table},
		Nodes:   []workertest.Node{{Op: "Gather", In: []string{"table", "tokens"}, Out: []string{"embedding"}}},
		Inputs:  []workertest.Value{{Name: "tokens", Int64: true, Shape: []int64{-1, 3}}},
		Outputs: []workertest.Value{{Name: "embedding", Shape: []int64{-1, 3}}},
	}
	path := packed(t, visual, map[string]string{
		"visual.onnx": string(visual.Encode()), "textual.onnx": string(textual.Encode()), "model_config.json": `{"task_type":"embedding"}`,
		"merges.txt": "#version: 0.2\nl o\nlo w</w>\ne r</w>\nlo w\nlow er</w>\nn e\n",
	})
	env, _ := newEnv(modeltest.Runner(t, modeltest.Files{"pe-core-l14-336": path}))
	w := compile(t, `{"version":"1.3.0","inputs":[{"type":"WorkflowImage","name":"image"}],"steps":[
		{"type":"roboflow_core/perception_encoder@v1","name":"text","data":"low low"},
		{"type":"roboflow_core/perception_encoder@v1","name":"picture","data":"$inputs.image"}],
		"outputs":[{"type":"JsonField","name":"text","selector":"$steps.text.embedding"},{"type":"JsonField","name":"picture","selector":"$steps.picture.embedding"}]}`)
	// The left quarter is red.
	img := image.NewRGBA(image.Rect(0, 0, 64, 16))
	for i := range img.Rect.Dx() * img.Rect.Dy() {
		c := color.RGBA{A: 255}
		if i%64 < 16 {
			c.R = 255
		}
		img.SetRGBA(i%64, i/64, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	out := run(t, w, env, map[string]any{"image": picture(b.Bytes())})[0]
	if diff := cmp.Diff([]any{518.0, 513.0, 519.0}, out["text"]); diff != "" { // start, low, end
		t.Errorf("the text (-want +got):\n%s", diff)
	}
	got := out["picture"].([]any)
	// A quarter is red: 1 there and -1 elsewhere. The square in the middle has no red.
	if red := got[0].(float64); math.Abs(red+0.5) > 0.02 || got[1] != -1.0 || got[2] != -1.0 {
		t.Errorf("the picture has the embedding %v", got)
	}
}

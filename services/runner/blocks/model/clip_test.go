package model_test

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models/modeltest"
)

// clipFiles are tiny encoders: the mean colour of a picture, and a number from a table for
// each of the first three tokens of a text.
func clipFiles(t *testing.T, table map[int]float32) modeltest.Files {
	t.Helper()
	numbers := make([]float32, 520)
	for token, v := range table {
		numbers[token] = v
	}
	visual := workertest.Graph{
		Int64s:  map[string][]int64{"shape": {0, 3}},
		Nodes:   []workertest.Node{{Op: "GlobalAveragePool", In: []string{"images"}, Out: []string{"pooled"}}, {Op: "Reshape", In: []string{"pooled", "shape"}, Out: []string{"embedding"}}},
		Inputs:  []workertest.Value{{Name: "images", Shape: []int64{-1, 3, 32, 32}}},
		Outputs: []workertest.Value{{Name: "embedding", Shape: []int64{-1, 3}}},
	}
	textual := workertest.Graph{
		Floats: map[string][]float32{"table": numbers},
		Int64s: map[string][]int64{"from": {1}, "to": {4}, "axis": {1}},
		Nodes: []workertest.Node{
			{Op: "Gather", In: []string{"table", "tokens"}, Out: []string{"all"}}, {Op: "Slice", In: []string{"all", "from", "to", "axis"}, Out: []string{"embedding"}},
		},
		Inputs:  []workertest.Value{{Name: "tokens", Int64: true, Shape: []int64{-1, 77}}},
		Outputs: []workertest.Value{{Name: "embedding", Shape: []int64{-1, 3}}},
	}
	path := packed(t, visual, map[string]string{
		"visual.onnx": string(visual.Encode()), "textual.onnx": string(textual.Encode()), "model_config.json": `{"task_type":"embedding"}`,
		"merges.txt": "#version: 0.2\nl o\nlo w</w>\ne r</w>\nlo w\nlow er</w>\nn e\n",
	})
	return modeltest.Files{"clip-vit-b-16": path, "clip-rn50": path}
}

func plainJPEG(t *testing.T, c color.RGBA) map[string]any {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	data, err := imaging.NewCodec(imaging.Limits{}).EncodeJPEG(t.Context(), img, 100)
	if err != nil {
		t.Fatal(err)
	}
	return picture(data)
}

// A white picture has the embedding (1 - mean) / deviation. The table gives low the same and
// lower the opposite, so that the cosines are 1 and -1.
func TestCLIP(t *testing.T) {
	t.Parallel()
	white := [3]float32{(1 - 0.48145466) / 0.26862954, (1 - 0.4578275) / 0.26130258, (1 - 0.40821073) / 0.27577711}
	files := clipFiles(t, map[int]float32{513: white[0], 516: -white[0], 519: 0})
	env, charges := newEnv(modeltest.Runner(t, files))
	// low is 513 and the end, so that its embedding is along the first axis alone.
	along := float64(white[0]) / math.Sqrt(float64(white[0]*white[0]+white[1]*white[1]+white[2]*white[2]))
	w := compile(t, `{"version":"1.3.0","inputs":[{"type":"WorkflowImage","name":"image"},{"type":"WorkflowParameter","name":"classes"}],"steps":[
		{"type":"roboflow_core/clip_comparison@v1","name":"one","images":"$inputs.image","texts":["low","lower"]},
		{"type":"roboflow_core/clip_comparison@v2","name":"two","images":"$inputs.image","classes":"$inputs.classes"},
		{"type":"roboflow_core/clip@v1","name":"text","data":"low","version":"RN50"},
		{"type":"roboflow_core/clip@v1","name":"picture","data":"$inputs.image","version":"RN50"},
		{"type":"roboflow_core/cosine_similarity@v1","name":"near","embedding_1":"$steps.text.embedding","embedding_2":"$steps.picture.embedding"}
		],"outputs":[{"type":"JsonField","name":"one","selector":"$steps.one.*"},{"type":"JsonField","name":"two","selector":"$steps.two.*"},
		{"type":"JsonField","name":"text","selector":"$steps.text.embedding"},{"type":"JsonField","name":"near","selector":"$steps.near.similarity"}]}`)
	inputs := map[string]any{"image": plainJPEG(t, color.RGBA{255, 255, 255, 255}), "classes": []any{"lower", "low"}}
	out := run(t, w, env, inputs)[0]
	text := fmt.Sprintf("%.3f", along)
	for name, got := range map[string]any{
		"v1": out["one"].(map[string]any)["similarity"], "v2": out["two"].(map[string]any)["similarities"],
		"max": out["two"].(map[string]any)["max_similarity"], "min": out["two"].(map[string]any)["min_similarity"], "cosine": out["near"],
	} {
		want := map[string]string{"v1": "[" + text + " -" + text + "]", "v2": "[-" + text + " " + text + "]", "max": text, "min": "-" + text, "cosine": text}[name]
		if said := strings.ReplaceAll(fmt.Sprintf("%.3f", got), "%!f", ""); said != want {
			t.Errorf("%s is %v, want %s", name, said, want)
		}
	}
	two := out["two"].(map[string]any)
	prediction := two["classification_predictions"].(map[string]any)
	if two["most_similar_class"] != "low" || two["least_similar_class"] != "lower" || prediction["top"] != "low" || len(prediction["predictions"].([]any)) != 2 {
		t.Errorf("the classes are %v", two)
	}
	if len(out["text"].([]any)) != 3 || len(charges.uses) != 4 {
		t.Errorf("the text is %v, charged %v", out["text"], charges.uses)
	}
	for _, bad := range []any{[]any{}, []any{1}, "low", nil} {
		inputs["classes"] = bad
		if _, err := w.Run(t.Context(), engine.Request{Env: *env, Inputs: inputs}); err == nil {
			t.Errorf("classes %v were taken", bad)
		}
	}
}

package models_test

import (
	"fmt"
	"image/color"
	"math"
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

// meansNet is an encoder of pictures: the mean of each channel.
func meansNet() workertest.Graph {
	return workertest.Graph{
		Int64s:  map[string][]int64{"shape": {0, 3}},
		Nodes:   []workertest.Node{{Op: "GlobalAveragePool", In: []string{"images"}, Out: []string{"pooled"}}, {Op: "Reshape", In: []string{"pooled", "shape"}, Out: []string{"embedding"}}},
		Inputs:  []workertest.Value{{Name: "images", Shape: []int64{-1, 3, 32, 32}}},
		Outputs: []workertest.Value{{Name: "embedding", Shape: []int64{-1, 3}}},
	}
}

// lettersNet is an encoder of texts: a number from a table for each of the first three tokens
// after the beginning. The table has the number of a token divided by 8.
func lettersNet() workertest.Graph {
	table := make([]float32, 520)
	for i := range table {
		table[i] = float32(i) / 8
	}
	return workertest.Graph{
		Floats: map[string][]float32{"table": table},
		Int64s: map[string][]int64{"from": {1}, "to": {4}, "axis": {1}},
		Nodes: []workertest.Node{
			{Op: "Gather", In: []string{"table", "tokens"}, Out: []string{"all"}},
			{Op: "Slice", In: []string{"all", "from", "to", "axis"}, Out: []string{"embedding"}},
		},
		Inputs:  []workertest.Value{{Name: "tokens", Int64: true, Shape: []int64{-1, 77}}},
		Outputs: []workertest.Value{{Name: "embedding", Shape: []int64{-1, 3}}},
	}
}

const (
	clipID     = "demo/clip-vit-b-16/1"
	clipMerges = "#version: 0.2\nl o\nlo w</w>\ne r</w>\nlo w\nlow er</w>\nn e\n"
	clipAbout  = `{"task_type":"embedding"}`
)

func TestEmbeddings(t *testing.T) {
	t.Parallel()
	path := packed(t, map[string]string{
		"visual.onnx": string(meansNet().Encode()), "textual.onnx": string(lettersNet().Encode()), "merges.txt": clipMerges, "model_config.json": clipAbout,
	})
	r := modeltest.Runner(t, modeltest.Files{clipID: path})
	var images []*value.Image
	for i := range 6 { // more than one batch
		images = append(images, plain(color.RGBA{uint8(i * 50), 0, 255, 255}))
	}
	answers, err := r.Infer(t.Context(), engine.Inference{Step: "s", Model: clipID, Task: models.Embeddings, Images: images, Texts: []string{"low", "lower low"}})
	if err != nil || len(answers) != 8 {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	want := [][3]float64{}
	for i := range 6 {
		want = append(want, [3]float64{
			(float64(i*50)/255 - 0.48145466) / 0.26862954, -0.4578275 / 0.26130258, (1 - 0.40821073) / 0.27577711,
		})
	}
	// low is token 513, lower 516, and the end 519; zeros follow.
	want = append(want, [3]float64{513. / 8, 519. / 8, 0}, [3]float64{516. / 8, 513. / 8, 519. / 8})
	for i, answer := range answers {
		got := answer.(models.Embedding)
		for k := range want[i] {
			if len(got) != 3 || math.Abs(float64(got[k])-want[i][k]) > 1e-3 {
				t.Fatalf("answer %d is %v, want %v", i, got, want[i])
			}
		}
	}
	if answers, err = r.Infer(t.Context(), engine.Inference{Step: "s", Model: clipID, Task: models.Embeddings}); err != nil || len(answers) != 0 {
		t.Errorf("nothing gives %v, %v", answers, err)
	}
}

func TestEncodersThatDoNotFit(t *testing.T) {
	t.Parallel()
	small, bad := lettersNet(), meansNet()
	small.Floats["table"] = make([]float32, 100) // the model fails on a token that it does not know
	bad.Inputs[0].Shape = []int64{-1, 3, 32, 48}
	for name, files := range map[string]map[string]string{
		"lacks merges.txt": {"visual.onnx": string(meansNet().Encode()), "textual.onnx": string(lettersNet().Encode())},
		"squares":          {"visual.onnx": string(bad.Encode()), "textual.onnx": string(lettersNet().Encode()), "merges.txt": clipMerges},
		"visual.onnx must": {"visual.onnx": string(lettersNet().Encode()), "textual.onnx": string(lettersNet().Encode()), "merges.txt": clipMerges},
		"tokens":           {"visual.onnx": string(meansNet().Encode()), "textual.onnx": string(meansNet().Encode()), "merges.txt": clipMerges},
		"list of merges":   {"visual.onnx": string(meansNet().Encode()), "textual.onnx": string(lettersNet().Encode()), "merges.txt": "nothing"},
		"model":            {"visual.onnx": string(meansNet().Encode()), "textual.onnx": string(small.Encode()), "merges.txt": clipMerges},
	} {
		files["model_config.json"] = clipAbout
		r := modeltest.Runner(t, modeltest.Files{clipID: packed(t, files)})
		_, err := r.Infer(t.Context(), engine.Inference{Step: "s", Model: clipID, Task: models.Embeddings, Texts: []string{"low"}})
		if reason := errs.ReasonOf(err); reason != errorsv1.Reason_REASON_MODEL_INVALID && reason != errorsv1.Reason_REASON_MODEL_FAILED {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.Contains(fmt.Sprint(err), name) {
			t.Errorf("%v does not say %q", err, name)
		}
	}
}

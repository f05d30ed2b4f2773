package artifacts

import (
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// An upload that no run could use is refused with what to change, instead of the first run.
func TestUploadsFitTheirTask(t *testing.T) {
	t.Parallel()
	signature := func(output ...int64) *wire.Signature {
		return &wire.Signature{
			Inputs:  []wire.Value{{Name: "images", Type: wire.Float32, Shape: []int64{1, 3, 64, 64}}},
			Outputs: []wire.Value{{Name: "output0", Type: wire.Float32, Shape: output}},
		}
	}
	for name, c := range map[string]struct {
		task  string
		file  string
		model *wire.Signature
		texts map[string][]byte
		want  string
	}{
		"a detector":           {modelpackage.ObjectDetection, "weights.onnx", signature(1, 6, 2048), nil, ""},
		"a classifier":         {modelpackage.Classification, "weights.onnx", signature(1, 10), nil, ""},
		"an unknown task":      {"image-classification", "weights.onnx", signature(1), nil, ""},
		"not for the task":     {modelpackage.ObjectDetection, "weights.onnx", signature(1, 10), nil, "not that of a supported model for object-detection"},
		"ambiguous":            {modelpackage.MultiLabel, "weights.onnx", signature(1, 10), nil, `state one of them`},
		"says what it is":      {modelpackage.MultiLabel, "weights.onnx", signature(1, 10), map[string][]byte{"model_config.json": []byte(`{"layout":"logits"}`)}, ""},
		"says another task":    {modelpackage.Classification, "weights.onnx", signature(1, 10), map[string][]byte{"model_config.json": []byte(`{"task_type":"object-detection"}`)}, "create a model with that task"},
		"says nonsense":        {modelpackage.Classification, "weights.onnx", signature(1, 10), map[string][]byte{"model_config.json": []byte(`{`)}, "model_config.json in the model package is invalid"},
		"under another name":   {modelpackage.Classification, "best.onnx", signature(1, 10), nil, "lacks weights.onnx"},
		"a reader of one part": {modelpackage.TextRecognition, "det.onnx", signature(1, 10), nil, "lacks rec.onnx"},
		"encoders of one part": {modelpackage.Embeddings, "visual.onnx", signature(1, 10), nil, "lacks textual.onnx"},
	} {
		found := &contents{first: c.model, files: map[string]*wire.Signature{c.file: c.model}, texts: c.texts}
		err := found.fits(c.task)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestUploadsOfEncoders(t *testing.T) {
	t.Parallel()
	const merges = "#version: 0.2\nl o\nlo w\n"
	signature := func(kind wire.Element, input []int64, length int64) *wire.Signature {
		return &wire.Signature{
			Inputs:  []wire.Value{{Name: "x", Type: kind, Shape: input}},
			Outputs: []wire.Value{{Name: "embedding", Type: wire.Float32, Shape: []int64{-1, length}}},
		}
	}
	pictures, texts := signature(wire.Float32, []int64{-1, 3, 224, 224}, 512), signature(wire.Int64, []int64{-1, 77}, 512)
	for name, c := range map[string]struct {
		visual, textual *wire.Signature
		merges, want    string
	}{
		"whole":           {pictures, texts, merges, ""},
		"short tokens":    {pictures, signature(wire.Int32, []int64{1, 77}, -1), merges, ""},
		"other lengths":   {pictures, signature(wire.Int64, []int64{-1, 77}, 768), merges, "export both from one model"},
		"the wrong way":   {texts, pictures, merges, "visual.onnx must take one batch of pictures"},
		"no squares":      {signature(wire.Float32, []int64{-1, 3, 224, 300}, 512), texts, merges, "squares"},
		"another context": {pictures, signature(wire.Int64, []int64{-1, 64}, 512), merges, ""},
		"endless context": {pictures, signature(wire.Int64, []int64{-1, 1 << 20}, 512), merges, "with a length from 3 to"},
		"floats":          {pictures, signature(wire.Float32, []int64{-1, 77}, 512), merges, "takes tokens of float32"},
		"huge":            {pictures, signature(wire.Int64, []int64{-1, 77}, 1<<40), merges, "at most 8192"},
		"no merges":       {pictures, texts, "nothing", "merges.txt is not a list of merges"},
	} {
		found := &contents{first: c.visual, files: map[string]*wire.Signature{"visual.onnx": c.visual, "textual.onnx": c.textual}, texts: map[string][]byte{"merges.txt": []byte(c.merges)}}
		err := found.fits(modelpackage.Embeddings)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

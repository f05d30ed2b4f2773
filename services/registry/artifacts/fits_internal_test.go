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
	} {
		found := &contents{first: c.model, files: map[string]*wire.Signature{c.file: c.model}, texts: c.texts}
		err := found.fits(c.task)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

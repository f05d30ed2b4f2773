package modelpackage

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// packaged are the settings of a package with these files.
func packaged(t *testing.T, files map[string]string) *Settings {
	t.Helper()
	s, err := Read(func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type shape = []int64

func signatureOf(side int64, outputs ...wire.Value) *wire.Signature {
	for i := range outputs {
		if outputs[i].Type == "" {
			outputs[i].Type = wire.Float32
		}
	}
	return &wire.Signature{Inputs: []wire.Value{{Name: "images", Type: wire.Float32, Shape: shape{-1, 3, side, side}}}, Outputs: outputs}
}

// The layout comes from the shapes, from what the package states, or from what the exporter
// wrote into the file. A want with a colon is the beginning of a refusal.
func TestLayoutsAreRecognised(t *testing.T) {
	t.Parallel()
	one := func(side int64, s ...int64) *wire.Signature {
		return signatureOf(side, wire.Value{Name: "output0", Shape: s})
	}
	named := func(side int64, pairs ...any) *wire.Signature {
		var outputs []wire.Value
		for i := 0; i < len(pairs); i += 2 {
			outputs = append(outputs, wire.Value{Name: pairs[i].(string), Shape: pairs[i+1].(shape)})
		}
		return signatureOf(side, outputs...)
	}
	withMeta := func(s *wire.Signature, pairs ...string) *wire.Signature {
		s.Metadata = map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			s.Metadata[pairs[i]] = pairs[i+1]
		}
		return s
	}
	state := func(layout string) map[string]string {
		return map[string]string{ModelConfig: `{"layout": "` + layout + `"}`}
	}
	for name, c := range map[string]struct {
		task      string
		signature *wire.Signature
		files     map[string]string
		want      string
	}{
		"YOLOv8":                {ObjectDetection, one(640, 1, 84, 8400), nil, "yolov8"},
		"YOLOv8 of any size":    {ObjectDetection, one(-1, -1, 84, -1), nil, "yolov8"},
		"YOLOv8 of one class":   {ObjectDetection, one(640, 1, 5, 8400), nil, "yolov8"},
		"YOLOv8 of 64 pixels":   {ObjectDetection, one(64, 1, 6, 84), nil, "yolov8"},
		"YOLOX nano":            {ObjectDetection, one(416, 1, 3549, 85), nil, "yolox"},
		"YOLOX of one class":    {ObjectDetection, one(416, 1, 3549, 6), nil, "yolox"},
		"YOLOX of 640":          {ObjectDetection, one(640, 1, 8400, 85), nil, "yolox"},
		"YOLOv5":                {ObjectDetection, one(640, 1, 25200, 85), nil, "yolov5"},
		"YOLOv5 of one class":   {ObjectDetection, one(640, 1, 25200, 6), nil, "yolov5"},
		"YOLOv5 of 64 pixels":   {ObjectDetection, one(64, 1, 252, 85), nil, "yolov5"},
		"YOLOv7 with grids":     {ObjectDetection, named(640, "output", shape{1, 25200, 85}, "a", shape{1, 3, 80, 80, 85}), nil, "yolov5"},
		"YOLOv7 with NMS":       {ObjectDetection, one(640, -1, 7), nil, "yolov7-nms"},
		"YOLOv10":               {ObjectDetection, one(640, 1, 300, 6), nil, "finished"},
		"YOLOv10 of any number": {ObjectDetection, one(640, 1, -1, 6), nil, "finished"},
		"RT-DETR":               {ObjectDetection, one(640, 1, 300, 84), nil, "rt-detr"},
		"RT-DETR of two, said":  {ObjectDetection, one(640, 1, 300, 6), state("rt-detr"), "rt-detr"},
		"RF-DETR":               {ObjectDetection, named(560, "dets", shape{1, 300, 4}, "labels", shape{1, 300, 91}), nil, "rf-detr"},
		"DETR or RF-DETR":       {ObjectDetection, named(800, "logits", shape{1, 100, 92}, "pred_boxes", shape{1, 100, 4}), nil, "way: detr, rf-detr"},
		"DETR, said":            {ObjectDetection, named(800, "logits", shape{1, 100, 92}, "pred_boxes", shape{1, 100, 4}), state("detr"), "detr"},
		"YOLO-NAS":              {ObjectDetection, named(640, "boxes", shape{1, 8400, 4}, "scores", shape{1, 8400, 80}), nil, "yolo-nas"},
		"SSD of the ONNX zoo":   {ObjectDetection, named(1200, "bboxes", shape{1, 100, 4}, "labels", shape{1, 100}, "scores", shape{1, 100}), nil, "ssd"},
		"SSD of TensorFlow": {
			ObjectDetection, named(300, "detection_boxes:0", shape{-1, 100, 4}, "detection_classes:0", shape{-1, 100}, "detection_scores:0", shape{-1, 100}, "num_detections:0", shape{-1}), nil, "ssd-yx",
		},
		"SSD of torchvision":  {ObjectDetection, named(300, "boxes", shape{-1, 4}, "scores", shape{-1}, "labels", shape{-1}), nil, "ssd-pixels"},
		"three nameless":      {ObjectDetection, named(300, "a", shape{1, 100, 4}, "b", shape{1, 100}, "c", shape{1, 100}), nil, "which: name them boxes"},
		"corners of what":     {ObjectDetection, named(300, "boxes", shape{1, 100, 4}, "scores", shape{1, 100}, "labels", shape{1, 100}), nil, "way: ssd, ssd-yx, ssd-pixels"},
		"few of few":          {ObjectDetection, one(640, 1, 84, 100), nil, "way: yolov8, rt-detr"},
		"rows of any number":  {ObjectDetection, one(640, 1, -1, 85), nil, "way: yolov5, yolox, rt-detr"},
		"said, not possible":  {ObjectDetection, one(640, 1, 84, 8400), state("detr"), "states: the layout detr"},
		"a classifier":        {ObjectDetection, one(224, 1, 1000), nil, "supported: output0 [1 1000]"},
		"a map":               {ObjectDetection, one(640, 1, 1, 640, 640), nil, "supported: model for object-detection"},
		"says another task":   {ObjectDetection, withMeta(one(640, 1, 116, 8400), "author", "Ultralytics", "task", "segment"), nil, "says: instance-segmentation"},
		"scores":              {Classification, one(224, 1, 1000), nil, "scores"},
		"scores of pixels":    {Classification, one(224, 1, 1000, 1, 1), nil, "scores"},
		"scores, said":        {Classification, one(224, 1, 1000), state("logits"), "logits"},
		"fused softmax":       {Classification, one(224, 1, 10), map[string]string{InferConfig: `{"post_processing": {"type": "softmax", "fused": true}}`}, "probabilities"},
		"too many classes":    {Classification, one(224, 1, 100_000), nil, "classes: 100000"},
		"many labels":         {MultiLabel, one(224, 1, 5), nil, "way: logits, probabilities"},
		"many labels, said":   {MultiLabel, one(224, 1, 5), state("probabilities"), "probabilities"},
		"many labels, set":    {MultiLabel, one(224, 1, 5), map[string]string{InferConfig: `{"post_processing": {"type": "sigmoid"}}`}, "logits"},
		"YOLOv8 seg":          {InstanceSegmentation, named(640, "output0", shape{1, 116, 8400}, "output1", shape{1, 32, 160, 160}), nil, "yolov8"},
		"YOLOv5 seg":          {InstanceSegmentation, named(640, "output0", shape{1, 25200, 117}, "output1", shape{1, 32, 160, 160}), nil, "yolov5"},
		"YOLO26 seg":          {InstanceSegmentation, named(640, "output0", shape{1, 300, 38}, "output1", shape{1, 32, 160, 160}), nil, "finished"},
		"RF-DETR seg":         {InstanceSegmentation, named(432, "dets", shape{1, 200, 4}, "labels", shape{1, 200, 91}, "masks", shape{1, 200, 108, 108}), nil, "rf-detr"},
		"no masks":            {InstanceSegmentation, one(640, 1, 84, 8400), nil, "supported: instance-segmentation"},
		"YOLOv8 pose":         {KeypointDetection, withMeta(one(640, 1, 56, 8400), "kpt_shape", "[17, 3]"), nil, "yolov8"},
		"YOLO26 pose":         {KeypointDetection, withMeta(one(640, 1, 300, 57), "kpt_shape", "[17, 3]"), nil, "finished"},
		"pose of a package":   {KeypointDetection, one(640, 1, 11, 8400), map[string]string{KeypointNames: `[{"object_class_id": 0, "keypoints": {"0": "head", "1": "tail"}}]`}, "yolov8"},
		"RF-DETR pose":        {KeypointDetection, named(576, "dets", shape{1, 300, 4}, "labels", shape{1, 300, 2}, "keypoints", shape{1, 300, 34, 8}), nil, "rf-detr"},
		"pose of odd slots":   {KeypointDetection, named(576, "dets", shape{1, 300, 4}, "labels", shape{1, 300, 3}, "keypoints", shape{1, 300, 34, 8}), nil, "supported: keypoints [1 300 34 8]"},
		"pose of short slots": {KeypointDetection, named(576, "dets", shape{1, 300, 4}, "labels", shape{1, 300, 2}, "keypoints", shape{1, 300, 34, 3}), nil, "supported: keypoints [1 300 34 3]"},
		"pose without points": {KeypointDetection, one(640, 1, 56, 8400), nil, "have: keypoints_metadata.json"},
		"pixel scores":        {SemanticSegmentation, one(512, 1, 21, 512, 512), nil, "class-scores"},
		"pixel classes":       {SemanticSegmentation, signatureOf(512, wire.Value{Name: "o", Type: wire.Int64, Shape: shape{1, 512, 512}}), nil, "class-map"},
		"depth":               {DepthEstimation, one(518, 1, 518, 518), nil, "way: nearness, distance"},
		"depth, said":         {DepthEstimation, one(518, 1, 1, 518, 518), state("nearness"), "nearness"},
		"YOLO26 depth":        {DepthEstimation, withMeta(one(768, 1, 1, 768, 768), "author", "Ultralytics", "task", "depth"), nil, "distance"},
		"depth of two planes": {DepthEstimation, one(518, 1, 2, 518, 518), state("distance"), "supported: depth-estimation"},
		"depth of a part":     {DepthEstimation, one(518, 1, 518, 518), map[string]string{InferConfig: `{"image_pre_processing": {"static-crop": {"enabled": true, "x_min": 10, "x_max": 90, "y_min": 10, "y_max": 90}}}`}, "for depth: static-crop"},
		"no task":             {"", one(640, 1, 84, 8400), nil, "here: not supported"},
	} {
		m, err := Recognise(c.task, packaged(t, c.files), c.signature)
		_, text, refused := strings.Cut(c.want, ": ")
		if refused {
			if errs.ReasonOf(err) != errorsv1.Reason_REASON_MODEL_INVALID || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: got %v, want a refusal with %q", name, err, text)
			}
			continue
		}
		if err != nil || string(m.Layout) != c.want {
			t.Errorf("%s: got %v, %v, want %s", name, m, err, c.want)
		}
	}
}

func TestClassNames(t *testing.T) {
	t.Parallel()
	declared := namesOf(`{0: 'person', 1: "driver's seat", 2: 'it\'s'}`)
	if diff := cmp.Diff([]string{"person", "driver's seat", `it\'s`}, declared); diff != "" {
		t.Error(diff)
	}
	if got := namesFor(2, nil, declared); got[0] != "0" {
		t.Errorf("three names were taken for two classes: %q", got)
	}
	if got := namesFor(80, nil, nil); len(got) != 80 || got[41] != "cup" {
		t.Errorf("80 classes are %q", got)
	}
	if got := namesFor(1, []string{"cat"}, nil); got[0] != "cat" {
		t.Errorf("the package's class is %q", got)
	}
}

// Nothing that a file declares makes recognition fail otherwise than with a refusal.
func FuzzRecognise(f *testing.F) {
	f.Add("object-detection", `{"layout":"yolov8"}`, int64(640), int64(84), int64(8400), uint8(3))
	f.Add("keypoint-detection", `{}`, int64(-1), int64(-1), int64(-1), uint8(1))
	f.Fuzz(func(t *testing.T, task, config string, side, a, b int64, outputs uint8) {
		s, err := Read(func(name string) ([]byte, error) {
			if name == ModelConfig || name == KeypointNames {
				return []byte(config), nil
			}
			return nil, nil
		})
		if err != nil {
			return
		}
		all := []wire.Value{{Shape: shape{1, a, b}}, {Shape: shape{a, b}}, {Shape: shape{}}, {Shape: shape{1, a, b, side}}, {Shape: nil}}
		_, _ = Recognise(task, s, signatureOf(side, all[:min(int(outputs), len(all))]...))
	})
}

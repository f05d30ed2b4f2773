package formatter

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newVLMDetector makes the block that reads detections from the JSON of a language model. It
// does not fail if the model wrote something else: error_status then reports that there are
// none.
func newVLMDetector(step engine.Step) (engine.Block, error) {
	model, task := step.Fields["model_type"], step.Fields["task_type"]
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		picture, isImage := call.Arg("image").(*value.Image)
		text, isText := call.Arg("vlm_output").(string)
		names, _ := call.Arg("classes").([]any)
		if !isImage || !isText {
			return engine.None(), engine.Failf(engine.QueryInput, "image must be a picture and vlm_output a string")
		}
		r := rows{picture: picture, id: call.NewID(), numbers: map[string]int64{}}
		for i, name := range classNames(names) {
			r.numbers[name] = int64(i)
		}
		answer, ok := decode(text), false
		list, isList := answer.([]any)
		whole, _ := answer.(map[string]any)
		switch {
		case model == "florence-2":
			ok = r.florence(whole, task == "region-proposal")
		case task != "object-detection":
		case isList:
			ok = r.native(list, nativeForms[model])
		default:
			ok = r.boxes(whole)
		}
		out := engine.Outputs{"error_status": !ok, "predictions": nil, "inference_id": r.id}
		if ok {
			out["predictions"] = r.detections(call)
		}
		return engine.One(out), nil
	}), nil
}

// rows collects the detections of one picture.
type rows struct {
	picture *value.Image
	id      string
	// numbers maps the classes that the step names to their numbers.
	numbers    map[string]int64
	xyxy       []value.Box
	confidence []float64
	class      []any
}

// maxRows bounds the detections of one answer.
const maxRows = 10_000

func (r *rows) add(box value.Box, class string, confidence float64) {
	r.xyxy, r.class, r.confidence = append(r.xyxy, box), append(r.class, class), append(r.confidence, confidence)
}

// boxes reads {"detections": [{"x_min", "y_min", "x_max", "y_max", "class_name",
// "confidence"}]}. The coordinates are fractions of the picture, and become whole pixels.
func (r *rows) boxes(answer map[string]any) bool {
	list, ok := answer["detections"].([]any)
	if !ok || len(list) > maxRows {
		return false
	}
	width, height := float64(r.picture.Width()), float64(r.picture.Height())
	for _, item := range list {
		details, _ := item.(map[string]any)
		var box value.Box
		for i, key := range []string{"x_min", "y_min", "x_max", "y_max"} {
			at, isNumber := value.Float(details[key])
			if !isNumber {
				return false
			}
			box[i] = math.RoundToEven(at * []float64{width, height}[i%2])
		}
		name, isText := details["class_name"].(string)
		confidence, isNumber := 1.0, true
		if given, there := details["confidence"]; there {
			confidence, isNumber = fraction(given)
		}
		if !isText || !isNumber {
			return false
		}
		r.add(box, name, confidence)
	}
	return true
}

// nativeForm is the format that a family of models uses for boxes: a list of labels with
// boxes.
type nativeForm struct {
	// scale is the number that represents the full side of the picture.
	scale float64
	// swapped: the coordinates of a box begin with y.
	swapped bool
}

// nativeForms are the formats by the type of the model.
var nativeForms = map[any]nativeForm{
	"google-gemini": {scale: 1000, swapped: true}, "qwen": {scale: 1000}, "muse": {scale: 1000}, "spacexai": {scale: 100},
}

// native reads [{"label", "box_2d": [x, y, x, y]}], or the four coordinates by their names.
func (r *rows) native(list []any, form nativeForm) bool {
	if form.scale == 0 || len(list) > maxRows {
		return false
	}
	width, height := float64(r.picture.Width()), float64(r.picture.Height())
	for _, item := range list {
		details, _ := item.(map[string]any)
		places, ok := details["box_2d"].([]any)
		if !ok {
			places = []any{details["x_min"], details["y_min"], details["x_max"], details["y_max"]}
		}
		name, isText := details["label"].(string)
		box, isBox := corners(places)
		if !isText || !isBox || len(places) != 4 {
			return false
		}
		if form.swapped && ok {
			box[0], box[1], box[2], box[3] = box[1], box[0], box[3], box[2]
		}
		for i := range box {
			box[i] = math.RoundToEven(box[i] / form.scale * []float64{width, height}[i%2])
		}
		confidence, isNumber := 1.0, true
		if given, there := details["confidence"]; there {
			confidence, isNumber = fraction(given)
		}
		if !isNumber {
			return false
		}
		r.add(box, name, confidence)
	}
	return true
}

// florence reads {"bboxes": [[x, y, x, y]], "labels": [...]} in pixels. Boxes of text have
// four corners. Regions have no classes.
func (r *rows) florence(answer map[string]any, regions bool) bool {
	list, ok := answer["bboxes"].([]any)
	if !ok {
		list, ok = answer["quad_boxes"].([]any)
	}
	labels, _ := answer["labels"].([]any)
	if open, there := answer["bboxes_labels"].([]any); there {
		labels = open
	}
	if !ok || len(list) > maxRows || !regions && len(labels) != len(list) {
		return false
	}
	for i, item := range list {
		box, isBox := corners(item)
		name := "roi"
		if !regions {
			name, ok = labels[i].(string)
		}
		if !isBox || !ok {
			return false
		}
		r.add(box, name, 1)
	}
	return true
}

// corners returns the box around points that are listed as x, y, x, y, and so on.
func corners(v any) (value.Box, bool) {
	list, _ := v.([]any)
	if len(list) != 4 && len(list) != 8 {
		return value.Box{}, false
	}
	box := value.Box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for i, item := range list {
		n, ok := value.Float(item)
		if !ok || math.IsNaN(n) || math.IsInf(n, 0) {
			return value.Box{}, false
		}
		box[i%2], box[2+i%2] = min(box[i%2], n), max(box[2+i%2], n)
	}
	return box, true
}

func (r *rows) detections(call *engine.Call) *value.Detections {
	n := len(r.xyxy)
	d := &value.Detections{XYXY: r.xyxy, Confidence: r.confidence, ClassID: make([]int64, n), Data: map[string][]any{
		value.ColumnClass: r.class, value.ColumnID: make([]any, n), value.ColumnInferenceID: value.Repeat(r.id, n),
		value.ColumnPredictionType: value.Repeat("object-detection", n),
	}}
	for i, name := range r.class {
		id, known := r.numbers[name.(string)]
		if !known && name != "roi" {
			id = -1
		}
		d.ClassID[i], d.Data[value.ColumnID][i] = id, call.NewID()
	}
	return d.Place(r.picture)
}

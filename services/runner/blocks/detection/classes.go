package detection

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// class is the new class of a detection.
type class struct {
	name       string
	id         int64
	confidence float64
}

// unknownClass is the number for a class name that has no number.
const unknownClass = math.MaxInt64

// newClassesReplacement makes the block that gives each detection the class that a
// classifier found on its crop. A detection without one gets the fallback, or is dropped.
func newClassesReplacement(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		if call.Arg("object_detection_predictions") == nil {
			return engine.One(engine.Outputs{"predictions": nil}), nil
		}
		d, err := detections("object_detection_predictions", call.Arg("object_detection_predictions"))
		if err != nil {
			return engine.None(), err
		}
		found := classes(d, call.Batch("classification_predictions"))
		otherwise, hasFallback := fallback(call)
		var rows []int
		var replaced []class
		for i := range d.Len() {
			own, ok := found[i]
			if !ok && hasFallback {
				own, ok = otherwise, true
			}
			if ok {
				rows, replaced = append(rows, i), append(replaced, own)
			}
		}
		return one(replace(call, d.Select(rows), replaced)), nil
	}), nil
}

func replace(call *engine.Call, d *value.Detections, with []class) *value.Detections {
	d.Confidence, d.ClassID = make([]float64, len(with)), make([]int64, len(with))
	names := make([]any, len(with))
	for i, c := range with {
		d.Confidence[i], d.ClassID[i], names[i] = c.confidence, c.id, c.name
	}
	return d.With(value.ColumnClass, names).With(value.ColumnID, ids(call, len(with)))
}

func fallback(call *engine.Call) (class, bool) {
	name, _ := call.Arg("fallback_class_name").(string)
	c := class{name: name, id: unknownClass}
	if id, ok := call.Arg("fallback_class_id").(int64); ok {
		c.id = id
	}
	return c, name != ""
}

// classes finds the class of each row. A classification names the detection whose crop it
// describes. A text, such as the answer of a language model, belongs to the row at the same
// position.
func classes(d *value.Detections, given *engine.Batch) map[int]class {
	rowOf := make(map[any]int, d.Len())
	for i, id := range d.Data[value.ColumnID] {
		rowOf[id] = i
	}
	out := map[int]class{}
	for at := range given.Len() {
		switch v := given.Values[at].(type) {
		case map[string]any:
			row, ok := rowOf[v["parent_id"]]
			if c, known := classOf(v); ok && known {
				out[row] = c
			}
		default:
			if c, known := named(v); known && at < d.Len() {
				out[place(given, at)] = c
			}
		}
	}
	return out
}

// place is the position of a crop among the crops of its picture. Crops that were left out
// leave a gap.
func place(given *engine.Batch, at int) int {
	index := given.Indices[at]
	if len(index) == 0 {
		return at
	}
	return index[len(index)-1]
}

// named reads a class from a text, or from a list that begins with one.
func named(v any) (class, bool) {
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	text, ok := v.(string)
	return class{name: text, id: 0, confidence: 1}, ok && text != ""
}

// classOf returns the class of a classification: the first of a single-label one, the most
// confident of a multi-label one.
func classOf(c map[string]any) (class, bool) {
	if top, single := c["top"].(string); single {
		return singleOf(c, top)
	}
	best, ok := class{}, false
	predictions, _ := c["predictions"].(map[string]any)
	chosen, _ := c["predicted_classes"].([]any)
	for _, name := range chosen {
		text, _ := name.(string)
		details, _ := predictions[text].(map[string]any)
		confidence, _ := value.Float(details["confidence"])
		if !ok || confidence > best.confidence {
			best, ok = class{name: text, confidence: confidence}, true
			best.id, _ = details["class_id"].(int64)
		}
	}
	return best, ok
}

func singleOf(c map[string]any, top string) (class, bool) {
	out := class{name: top}
	out.confidence, _ = value.Float(c["confidence"])
	predictions, _ := c["predictions"].([]any)
	for _, p := range predictions {
		if details, _ := p.(map[string]any); details["class"] == top {
			out.id, _ = details["class_id"].(int64)
			break
		}
	}
	return out, top != ""
}

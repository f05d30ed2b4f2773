package formatter

import (
	"context"
	"math"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newVLMClassifier makes the block that reads a classification from the JSON of a language
// model. It does not fail if the model wrote something else: error_status then reports that
// there is no classification.
func newVLMClassifier(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		picture, isImage := call.Arg("image").(*value.Image)
		text, isText := call.Arg("vlm_output").(string)
		names, isList := call.Arg("classes").([]any)
		if !isImage || !isText || !isList {
			return engine.None(), engine.Failf(engine.QueryInput, "image must be a picture, vlm_output a string and classes a list")
		}
		id := call.NewID()
		c := classifier{call: call, picture: picture, order: classNames(names), id: id}
		prediction, ok := c.read(object(text))
		out := engine.Outputs{"error_status": !ok, "predictions": nil, "inference_id": id}
		if ok {
			out["predictions"] = prediction
		}
		return engine.One(out), nil
	}), nil
}

// object reads an answer that is a JSON object. It returns nil for any other answer.
func object(text string) map[string]any {
	out, _ := decode(text).(map[string]any)
	return out
}

// decode reads the JSON of an answer, plain or in a fenced code block. It returns nil if
// there is none.
func decode(text string) any {
	if found := fence.FindStringSubmatch(text); found != nil {
		text = found[1]
	}
	read, _ := value.Decode([]byte(text))
	return read
}

// classNames returns the texts of a list. The position of a name is the number of its class.
func classNames(list []any) []string {
	out := make([]string, 0, len(list))
	for _, item := range list {
		if name, ok := item.(string); ok {
			out = append(out, name)
		}
	}
	return out
}

// classifier makes the classification of one picture.
type classifier struct {
	call    *engine.Call
	picture *value.Image
	order   []string
	id      string
}

func (c *classifier) read(answer map[string]any) (map[string]any, bool) {
	if top, single := answer["class_name"].(string); single {
		return c.single(top, answer["confidence"])
	}
	if chosen, multi := answer["predicted_classes"].([]any); multi {
		return c.multi(chosen)
	}
	return nil, false
}

func (c *classifier) single(top string, given any) (map[string]any, bool) {
	confidence, ok := fraction(given)
	predictions := []any{}
	add := func(name string, id int) {
		p := map[string]any{"class": name, "class_id": int64(id), "confidence": 0.0}
		if name == top {
			p["confidence"] = confidence
		}
		predictions = append(predictions, p)
	}
	known := false
	for _, name := range c.order {
		known = known || name == top
	}
	if !known {
		add(top, -1)
	}
	for id, name := range c.order {
		add(name, id)
	}
	return c.complete(map[string]any{"predictions": predictions, "top": top, "confidence": confidence}), ok
}

func (c *classifier) multi(chosen []any) (map[string]any, bool) {
	predictions := map[string]any{}
	for id, name := range c.order {
		predictions[name] = map[string]any{"confidence": 0.0, "class_id": int64(id)}
	}
	names, seen := []any{}, map[string]float64{}
	for _, item := range chosen {
		details, _ := item.(map[string]any)
		name, isText := details["class"].(string)
		confidence, isNumber := fraction(details["confidence"])
		if !isText || !isNumber {
			return nil, false
		}
		before, again := seen[name]
		if seen[name] = max(before, confidence); !again {
			names = append(names, name)
		}
		p, known := predictions[name].(map[string]any)
		if !known {
			p = map[string]any{"class_id": int64(-1)}
			predictions[name] = p
		}
		p["confidence"] = seen[name]
	}
	return c.complete(map[string]any{"predictions": predictions, "predicted_classes": names}), true
}

// complete adds the fields that every classification has.
func (c *classifier) complete(p map[string]any) map[string]any {
	p["image"] = map[string]any{"width": int64(c.picture.Width()), "height": int64(c.picture.Height())}
	p["inference_id"] = c.id
	p["parent_id"] = c.picture.Parent().ID
	p["root_parent_id"] = c.picture.Root().ID
	p["prediction_type"] = "classification"
	return p
}

// fraction reads a confidence and clamps it to the range 0 to 1.
func fraction(v any) (float64, bool) {
	n, ok := value.Float(v)
	if text, isText := v.(string); isText { // models write "0.7" too
		parsed, err := strconv.ParseFloat(text, 64)
		n, ok = parsed, err == nil && !math.IsNaN(parsed)
	}
	return min(max(n, 0), 1), ok
}

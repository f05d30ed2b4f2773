package prediction

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Call is one call of a model. Image is a picture, or a list of pictures.
type Call struct {
	Model, Task string
	Image       json.RawMessage
	Options     Options
}

// Definition writes the workflow that runs the model.
func (c Call) Definition() ([]byte, error) {
	t := tasks[c.Task]
	step := object{"type": t.block, "name": "model", "images": "$inputs.image", "model_id": c.Model}
	for _, name := range t.options {
		if v, ok := c.Options.fields[name]; ok {
			step[name] = v
		}
	}
	if c.Options.runLength && c.Task == segmentation {
		step["type"], step["confidence_mode"] = "roboflow_core/roboflow_instance_segmentation_model@v4", "default"
		if v, ok := step["confidence"]; ok {
			step["confidence_mode"], step["custom_confidence"] = "custom", v
			delete(step, "confidence")
		}
	}
	steps, outputs := []any{step}, []any{output("predictions", "model.predictions"), output("inference_id", "model.inference_id")}
	if c.Options.Draw {
		drawing := c.drawing(t)
		steps = append(steps, drawing...)
		outputs = append(outputs, output("visualization", drawing[len(drawing)-1].(object)["name"].(string)+".image"))
	}
	raw, err := json.Marshal(object{
		"version": "1.0", "inputs": []any{object{"type": "WorkflowImage", "name": "image"}}, "steps": steps, "outputs": outputs,
	})
	if err != nil {
		return nil, errs.Internal("the request cannot be written").Because(err)
	}
	return raw, nil
}

func output(name, of string) object {
	return object{"type": "JsonField", "name": name, "selector": "$steps." + of}
}

// drawing are the steps that draw the predictions, one on the picture of the other.
func (c Call) drawing(t task) []any {
	blocks := t.draw
	if c.Options.labels && !strings.Contains(c.Task, Classification) { // a class is drawn as a label anyway
		blocks = append(slices.Clone(blocks), labels)
	}
	steps, on := make([]any, 0, len(blocks)), "$inputs.image"
	for i, block := range blocks {
		step := object{"type": block, "name": "draw_" + string(rune('a'+i)), "image": on, "predictions": "$steps.model.predictions"}
		switch block {
		case boxes:
			step["thickness"] = c.Options.stroke
		case points:
			step["annotator_type"], step["radius"] = "vertex", c.Options.stroke+2
		case labels, classes:
			step["text"] = "Class and Confidence"
		}
		steps, on = append(steps, step), "$steps."+step["name"].(string)+".image"
	}
	return steps
}

// Answer turns the outputs of the workflow into the answer of the model: one object, or a
// list of them for a list of pictures. Numbers keep their text.
func (c Call) Answer(outputs []byte, took time.Duration) (any, error) {
	var rows []struct {
		Predictions   map[string]json.RawMessage `json:"predictions"`
		InferenceID   json.RawMessage            `json:"inference_id"`
		Visualization struct {
			Value string `json:"value"`
		} `json:"visualization"`
	}
	if err := json.Unmarshal(outputs, &rows); err != nil {
		return nil, errs.Internal("the model's answer cannot be read").Because(err)
	}
	all := make([]any, len(rows))
	for i, row := range rows {
		one := object{"inference_id": row.InferenceID, "time": took.Seconds()}
		for name, v := range row.Predictions {
			one[name] = v
		}
		if c.Options.runLength && c.Task == segmentation {
			list, err := runLengths(row.Predictions["predictions"])
			if err != nil {
				return nil, err
			}
			one["predictions"] = list
		}
		if c.Options.Draw {
			one["visualization"] = row.Visualization.Value
		}
		all[i] = one
	}
	if image := strings.TrimSpace(string(c.Image)); len(all) == 1 && !strings.HasPrefix(image, "[") {
		return all[0], nil
	}
	return all, nil
}

// runLengths gives the masks of detections the name that they have in the answer of a model.
func runLengths(list json.RawMessage) (any, error) {
	var found []map[string]json.RawMessage
	if err := json.Unmarshal(list, &found); err != nil {
		return nil, errs.Internal("the model's answer cannot be read").Because(err)
	}
	for _, one := range found {
		one["rle"], one["mask_format"] = one["rle_mask"], json.RawMessage(`"rle"`)
		delete(one, "rle_mask")
	}
	return found, nil
}

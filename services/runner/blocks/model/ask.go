package model

import (
	"context"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// subjects returns the pictures of the whole batch, in order, and the model to run on them.
func subjects(call *engine.Call) ([]*value.Image, string, error) {
	images, err := pictures(call)
	if err != nil {
		return nil, "", err
	}
	id, ok := call.Arg("model_id").(string)
	if !ok || id == "" {
		return nil, "", engine.Failf(engine.RuntimeInput, "model_id must be the id of a model")
	}
	return images, id, nil
}

// pictures returns the pictures of the whole batch, in order.
func pictures(call *engine.Call) ([]*value.Image, error) {
	batch := call.Batch("images")
	images := make([]*value.Image, batch.Len())
	for i, v := range batch.Values {
		img, ok := v.(*value.Image)
		if !ok {
			return nil, engine.Failf(engine.RuntimeInput, "images must be pictures")
		}
		images[i] = img
	}
	return images, nil
}

// infer runs a model on pictures and texts and reports the use, in which a text counts as a
// picture.
func infer(ctx context.Context, call *engine.Call, inference engine.Inference) ([]any, error) {
	if call.Models == nil {
		return nil, engine.Failf(engine.StepExecution, "this run may not use models")
	}
	asked := len(inference.Images) + len(inference.Texts)
	if asked == 0 {
		return nil, nil
	}
	attempt := call.NewAttempt()
	inference.Step = call.Step.Name
	answers, err := call.Models.Infer(ctx, inference)
	if err != nil {
		return nil, err
	}
	call.Use(engine.Use{Attempt: attempt, Model: inference.Model, Images: int64(asked)})
	if len(answers) != asked {
		return nil, fmt.Errorf("model %s answered for %d of %d inputs", inference.Model, len(answers), asked)
	}
	return answers, nil
}

// ask runs a model that detects objects on pictures.
func ask(ctx context.Context, call *engine.Call, inference engine.Inference) ([]*value.Detections, error) {
	answers, err := infer(ctx, call, inference)
	if err != nil {
		return nil, err
	}
	found := make([]*value.Detections, len(answers))
	for i, answer := range answers {
		detections, ok := answer.(*value.Detections)
		if !ok {
			return nil, unexpected(inference.Model, answer)
		}
		found[i] = detections
	}
	return found, nil
}

func unexpected(model string, answer any) error {
	return fmt.Errorf("model %s answered with %T", model, answer)
}

// outputs are the outputs of a block for one picture. Version 1 does not have the model's ID.
func outputs(version int, model, inferenceID string, predictions any) engine.Outputs {
	out := engine.Outputs{"inference_id": inferenceID, "predictions": predictions}
	if version > 1 {
		out["model_id"] = model
	}
	return out
}

// setConfidence sets the threshold. From version 3 on, a mode lets the model's own threshold
// apply.
func setConfidence(options map[string]any, call *engine.Call, version int) {
	switch {
	case version < 3:
		options[models.OptionConfidence] = call.Arg("confidence")
	case call.Arg("confidence_mode") == "custom":
		options[models.OptionConfidence] = call.Arg("custom_confidence")
	}
}

// identified adds the columns that name the origin of each detection, and gives an ID to each
// detection that the model gave none.
func identified(call *engine.Call, d *value.Detections, predictionType, inferenceID string) *value.Detections {
	ids := make([]any, d.Len())
	for i := range ids {
		if ids[i] = d.At(value.ColumnID, i); ids[i] == nil {
			ids[i] = call.NewID()
		}
	}
	next := d.With(value.ColumnID, ids)
	next.Data[value.ColumnPredictionType] = value.Repeat(predictionType, d.Len())
	next.Data[value.ColumnInferenceID] = value.Repeat(inferenceID, d.Len())
	return next
}

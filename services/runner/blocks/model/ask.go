package model

import (
	"context"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

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

// ask runs a model on pictures and reports the use.
func ask(ctx context.Context, call *engine.Call, inference engine.Inference) ([]*value.Detections, error) {
	if call.Models == nil {
		return nil, engine.Failf(engine.StepExecution, "this run may not use models")
	}
	if len(inference.Images) == 0 {
		return nil, nil
	}
	attempt := call.NewAttempt()
	inference.Step = call.Step.Name
	answers, err := call.Models.Infer(ctx, inference)
	if err != nil {
		return nil, err
	}
	call.Use(engine.Use{Attempt: attempt, Model: inference.Model, Images: int64(len(inference.Images))})
	if len(answers) != len(inference.Images) {
		return nil, fmt.Errorf("model %s answered for %d of %d pictures", inference.Model, len(answers), len(inference.Images))
	}
	found := make([]*value.Detections, len(answers))
	for i, answer := range answers {
		detections, ok := answer.(*value.Detections)
		if !ok {
			return nil, fmt.Errorf("model %s answered with %T", inference.Model, answer)
		}
		found[i] = detections
	}
	return found, nil
}

// identified adds the columns that name the origin of each detection, and gives each an ID.
func identified(call *engine.Call, d *value.Detections, predictionType, inferenceID string) *value.Detections {
	ids := make([]any, d.Len())
	for i := range ids {
		ids[i] = call.NewID()
	}
	next := d.With(value.ColumnID, ids)
	next.Data[value.ColumnPredictionType] = value.Repeat(predictionType, d.Len())
	next.Data[value.ColumnInferenceID] = value.Repeat(inferenceID, d.Len())
	return next
}

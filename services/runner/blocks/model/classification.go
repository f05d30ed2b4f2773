package model

import (
	"context"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newClassification makes one version of the block for classifiers, of one label or of many.
// Its versions differ in the same way as those of object detection.
func newClassification(task string, version int) engine.Constructor {
	describe := oneLabel
	if task == models.MultiLabel {
		describe = manyLabels
	}
	return func(engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
			images, id, err := subjects(call)
			if err != nil {
				return engine.None(), err
			}
			options := map[string]any{}
			setConfidence(options, call, version)
			answers, err := infer(ctx, call, engine.Inference{Model: id, Task: task, Images: images, Options: options})
			if err != nil {
				return engine.None(), err
			}
			results := make([]engine.Result, len(answers))
			for i, answer := range answers {
				classes, ok := answer.(*models.Classes)
				if !ok {
					return engine.None(), unexpected(id, answer)
				}
				inferenceID := call.NewID()
				prediction := describe(classes)
				complete(prediction, images[i], inferenceID)
				results[i] = engine.One(outputs(version, id, inferenceID, prediction))
			}
			return engine.Many(results), nil
		}), nil
	}
}

// oneLabel lists the classes that reach the threshold, the most likely first. Without any,
// top is empty.
func oneLabel(c *models.Classes) map[string]any {
	order := make([]int, len(c.Confidence))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compare(c.Confidence[b], c.Confidence[a]) })
	predictions := []any{}
	top, confidence := "", 0.0
	for _, class := range order {
		if float64(c.Confidence[class]) < c.Threshold {
			break
		}
		if len(predictions) == 0 {
			top, confidence = c.Names[class], rounded(c.Confidence[class])
		}
		predictions = append(predictions, map[string]any{
			"class": c.Names[class], "class_id": int64(class), "confidence": rounded(c.Confidence[class]),
		})
	}
	return map[string]any{"predictions": predictions, "top": top, "confidence": confidence}
}

// manyLabels lists all classes, and those that reach the threshold.
func manyLabels(c *models.Classes) map[string]any {
	predictions, chosen := map[string]any{}, []any{}
	for class, confidence := range c.Confidence {
		predictions[c.Names[class]] = map[string]any{"class_id": int64(class), "confidence": rounded(confidence)}
		if float64(confidence) >= c.Threshold {
			chosen = append(chosen, c.Names[class])
		}
	}
	return map[string]any{"predictions": predictions, "predicted_classes": chosen}
}

func compare(a, b float32) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// rounded rounds to four decimals, as the reference does.
func rounded(v float32) float64 { return math.Round(float64(v)*1e4) / 1e4 }

// complete adds the picture and the origin of a classification.
func complete(prediction map[string]any, img *value.Image, inferenceID string) {
	prediction["image"] = map[string]any{"width": int64(img.Width()), "height": int64(img.Height())}
	prediction["inference_id"] = inferenceID
	prediction["prediction_type"] = "classification"
	prediction["parent_id"], prediction["root_parent_id"] = img.Parent().ID, img.Root().ID
}

package model

import (
	"context"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newObjectDetection makes the block of a version. Version 2 adds the model's ID to the
// outputs. Version 3 adds a confidence mode in which the model's own threshold applies.
func newObjectDetection(version int) engine.Constructor {
	return func(engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
			return detectObjects(ctx, call, version)
		}), nil
	}
}

func detectObjects(ctx context.Context, call *engine.Call, version int) (engine.Result, error) {
	images, err := pictures(call)
	if err != nil {
		return engine.None(), err
	}
	id, ok := call.Arg("model_id").(string)
	if !ok || id == "" {
		return engine.None(), engine.Failf(engine.RuntimeInput, "model_id must be the id of a model")
	}
	wanted, filtered, err := classFilter(call)
	if err != nil {
		return engine.None(), err
	}
	found, err := ask(ctx, call, engine.Inference{
		Model: id, Task: models.ObjectDetection, Images: images, Options: detectionOptions(call, version),
	})
	if err != nil {
		return engine.None(), err
	}
	results := make([]engine.Result, len(found))
	for i, d := range found {
		if filtered {
			d = ofClasses(d, wanted)
		}
		inferenceID := call.NewID()
		outputs := engine.Outputs{"inference_id": inferenceID, "predictions": identified(call, d, models.ObjectDetection, inferenceID)}
		if version > 1 {
			outputs["model_id"] = id
		}
		results[i] = engine.One(outputs)
	}
	return engine.Many(results), nil
}

// detectionOptions omits the confidence if the model's own threshold is to apply.
func detectionOptions(call *engine.Call, version int) map[string]any {
	options := map[string]any{}
	for _, name := range []string{models.OptionIoU, models.OptionMaxDetections, models.OptionMaxCandidates, models.OptionClassAgnostic} {
		if v := call.Arg(name); v != nil {
			options[name] = v
		}
	}
	switch {
	case version < 3:
		options[models.OptionConfidence] = call.Arg("confidence")
	case call.Arg("confidence_mode") == "custom":
		options[models.OptionConfidence] = call.Arg("custom_confidence")
	}
	return options
}

// classFilter returns the class names to keep. filtered is false if all are kept.
func classFilter(call *engine.Call) (wanted []string, filtered bool, err error) {
	given := call.Arg("class_filter")
	if given == nil {
		return nil, false, nil
	}
	list, ok := given.([]any)
	if !ok {
		return nil, false, engine.Failf(engine.RuntimeInput, "class_filter must be a list of class names")
	}
	for _, v := range list {
		wanted = append(wanted, value.Text(v))
	}
	return wanted, len(wanted) > 0, nil
}

func ofClasses(d *value.Detections, wanted []string) *value.Detections {
	var rows []int
	for i := range d.Len() {
		if slices.Contains(wanted, d.Class(i)) {
			rows = append(rows, i)
		}
	}
	return d.Select(rows)
}

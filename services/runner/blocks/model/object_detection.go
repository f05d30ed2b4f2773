package model

import (
	"context"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newDetection makes one version of a block for a task whose models detect objects. Version 2
// adds the model's ID to the outputs. Version 3 adds a confidence mode.
func newDetection(task string, version int) engine.Constructor {
	return func(engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
			return detectObjects(ctx, call, task, version)
		}), nil
	}
}

// newSemantic is one version ahead of newDetection: its version 1 has the model's ID, and its
// version 2 the confidence mode.
func newSemantic(task string, version int) engine.Constructor { return newDetection(task, version+1) }

func detectObjects(ctx context.Context, call *engine.Call, task string, version int) (engine.Result, error) {
	images, id, err := subjects(call)
	if err != nil {
		return engine.None(), err
	}
	wanted, filtered, err := classFilter(call)
	if err != nil {
		return engine.None(), err
	}
	found, err := ask(ctx, call, engine.Inference{Model: id, Task: task, Images: images, Options: detectionOptions(call, version)})
	if err != nil {
		return engine.None(), err
	}
	results := make([]engine.Result, len(found))
	for i, d := range found {
		if filtered {
			d = ofClasses(d, wanted)
		}
		inferenceID := call.NewID()
		results[i] = engine.One(outputs(version, id, inferenceID, identified(call, d, task, inferenceID)))
	}
	return engine.Many(results), nil
}

// detectionOptions omits the confidence if the model's own threshold is to apply.
func detectionOptions(call *engine.Call, version int) map[string]any {
	options := map[string]any{}
	for _, name := range []string{
		models.OptionIoU, models.OptionMaxDetections, models.OptionMaxCandidates, models.OptionClassAgnostic, models.OptionKeypointConfidence,
	} {
		if v := call.Arg(name); v != nil {
			options[name] = v
		}
	}
	setConfidence(options, call, version)
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

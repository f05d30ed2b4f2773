package transform

import (
	"context"
	"errors"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
)

// newDetectionsFilter makes the block that applies operations to detections. A parameter
// has one value for all pictures, or one for each.
func newDetectionsFilter(step engine.Step) (engine.Block, error) {
	operations, ok := step.Fields["operations"].(query.Operations)
	if !ok {
		return nil, errors.New("operations must be a list of operations")
	}
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		predictions := call.Batch("predictions")
		results := make([]engine.Result, predictions.Len())
		for i := range results {
			scope := query.Scope{Params: params(call, i), Codec: call.Codec, Now: call.Now}
			out, err := operations.Apply(ctx, predictions.Values[i], scope)
			if err != nil {
				return engine.None(), err
			}
			results[i] = engine.One(engine.Outputs{"predictions": out})
		}
		return engine.Many(results), nil
	}), nil
}

// params returns the parameters for one element of the batch.
func params(call *engine.Call, i int) map[string]any {
	given, _ := call.Arg("operations_parameters").(map[string]any)
	out := make(map[string]any, len(given))
	for name, v := range given {
		if batch, ok := v.(*engine.Batch); ok {
			v = batch.Values[i]
		}
		out[name] = v
	}
	return out
}

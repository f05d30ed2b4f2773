package transform

import (
	"context"
	"errors"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/parameter"
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
			scope := query.Scope{Params: parameter.Of(call, "operations_parameters", i), Codec: call.Codec, Now: call.Now}
			out, err := operations.Apply(ctx, predictions.Values[i], scope)
			if err != nil {
				return engine.None(), err
			}
			results[i] = engine.One(engine.Outputs{"predictions": out})
		}
		return engine.Many(results), nil
	}), nil
}

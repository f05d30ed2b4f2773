package detection

import (
	"context"
	"errors"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/parameter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newTransformation makes the block that applies operations to detections, whose result
// must be detections. A parameter has one value for all pictures, or one for each.
func newTransformation(step engine.Step) (engine.Block, error) {
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
			d, ok := out.(*value.Detections)
			if !ok {
				return engine.None(), engine.Failf(engine.QueryInput, "the operations must end in detections")
			}
			results[i] = one(d)
		}
		return engine.Many(results), nil
	}), nil
}

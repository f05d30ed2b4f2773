package formatter

import (
	"context"
	"errors"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
)

// newPropertyDefinition makes the block that applies operations to data.
func newPropertyDefinition(step engine.Step) (engine.Block, error) {
	operations, ok := step.Fields["operations"].(query.Operations)
	if !ok {
		return nil, errors.New("operations must be a list of operations")
	}
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		out, err := operations.Apply(ctx, call.Arg("data"), query.Scope{Codec: call.Codec, Now: call.Now})
		if err != nil {
			return engine.None(), err
		}
		return output(out), nil
	}), nil
}

package formatter

import (
	"context"
	"errors"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/parameter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
)

// newExpression makes the block that selects a result by conditions.
func newExpression(step engine.Step) (engine.Block, error) {
	cases, ok := step.Fields["switch"].(*query.Cases)
	if !ok {
		return nil, errors.New("switch must be a CasesDefinition")
	}
	operations, err := parameter.Parse(step, "data_operations")
	if err != nil {
		return nil, err
	}
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		data, err := operations.Apply(ctx, call, "data")
		if err != nil {
			return engine.None(), err
		}
		out, err := cases.Choose(ctx, query.Scope{Params: data, Codec: call.Codec, Now: call.Now})
		if err != nil {
			return engine.None(), err
		}
		return output(out), nil
	}), nil
}

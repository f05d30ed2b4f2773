package flow

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// newDimensionCollapse makes the block that gathers the elements of a level into a list.
func newDimensionCollapse(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		list := []any{}
		if batch := call.Batch("data"); batch != nil {
			list = append(list, batch.Values...)
		}
		return engine.One(engine.Outputs{"output": list}), nil
	}), nil
}

// newFirstNonEmpty makes the block that joins branches: it returns the first value that a
// branch has delivered.
func newFirstNonEmpty(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		list, _ := call.Arg("data").([]any)
		for _, item := range list {
			if item != nil {
				return engine.One(engine.Outputs{"output": item}), nil
			}
		}
		return engine.One(engine.Outputs{"output": call.Arg("default")}), nil
	}), nil
}

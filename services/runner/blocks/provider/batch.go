package provider

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Concurrent calls of one step: the default, and the most that a definition may ask for.
const (
	usualConcurrency   = 4
	highestConcurrency = 16
)

func concurrency(call *engine.Call) int {
	wanted, ok := value.Int(call.Arg("max_concurrent_requests"))
	if !ok || wanted < 1 {
		return usualConcurrency
	}
	return int(min(wanted, highestConcurrency))
}

// eachPicture calls do once for each picture of a field. The first failure cancels the
// rest, because a step has results for all elements or none.
func eachPicture(ctx context.Context, call *engine.Call, field string, limit int,
	do func(context.Context, *value.Image) (engine.Outputs, error),
) (engine.Result, error) {
	batch := call.Batch(field)
	if batch == nil {
		outputs, err := onePicture(ctx, call.Arg(field), do)
		return engine.One(outputs), err
	}
	results := make([]engine.Result, batch.Len())
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(limit)
	for i, v := range batch.Values {
		group.Go(func() (err error) {
			defer errs.RecoverAs(&err, engine.Panicked)
			outputs, err := onePicture(ctx, v, do)
			results[i] = engine.One(outputs)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return engine.Result{}, err
	}
	return engine.Many(results), nil
}

// everyElement is embedded in blocks that ask their provider at least once for each
// element.
type everyElement struct{}

// LeastCalls implements engine.Calling.
func (everyElement) LeastCalls(_ *engine.Env, elements int) int { return elements }

func onePicture(ctx context.Context, v any, do func(context.Context, *value.Image) (engine.Outputs, error)) (engine.Outputs, error) {
	picture, ok := v.(*value.Image)
	if !ok {
		return nil, engine.Failf(engine.ClientCaused, "images must be pictures")
	}
	return do(ctx, picture)
}

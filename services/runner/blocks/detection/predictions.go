package detection

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// each makes a block that changes the predictions of each picture of a batch.
func each(change func(*engine.Call, *value.Detections) (*value.Detections, error)) engine.Block {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		predictions := call.Batch("predictions")
		results := make([]engine.Result, predictions.Len())
		for i := range results {
			d, err := detections("predictions", predictions.Values[i])
			if err != nil {
				return engine.None(), err
			}
			if d, err = change(call, d); err != nil {
				return engine.None(), err
			}
			results[i] = one(d)
		}
		return engine.Many(results), nil
	})
}

func detections(field string, v any) (*value.Detections, error) {
	d, ok := v.(*value.Detections)
	if !ok {
		return nil, engine.Failf(engine.QueryInput, "%s must be detections", field)
	}
	return d, nil
}

func one(d *value.Detections) engine.Result { return engine.One(engine.Outputs{"predictions": d}) }

// ids is a column of new ids.
func ids(call *engine.Call, n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = call.NewID()
	}
	return out
}

package memory

import (
	"context"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/parameter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// aggregator collects values until an interval has passed.
type aggregator struct {
	operations parameter.Operations
	modes      map[string][]string
}

// collected is what an aggregator has since the beginning of the interval.
type collected struct {
	sums  map[string]summary
	since time.Time
	runs  int64
}

func newAggregator(step engine.Step) (engine.Block, error) {
	operations, err := parameter.Parse(step, "data_operations")
	if err != nil {
		return nil, err
	}
	a := &aggregator{operations: operations, modes: map[string][]string{}}
	given, _ := step.Fields["aggregation_mode"].(map[string]any)
	for name, v := range given {
		list, _ := v.([]any)
		for _, mode := range list {
			if text, ok := mode.(string); ok {
				a.modes[name] = append(a.modes[name], text)
			}
		}
	}
	return a, nil
}

// Run adds the values of one element. The outputs are null until the interval is over.
func (a *aggregator) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	data, err := a.operations.Apply(ctx, call, "data")
	if err != nil {
		return engine.None(), err
	}
	known := call.State("collected", func() any { return &collected{since: call.Now(), sums: map[string]summary{}} }).(*collected)
	known.runs++
	for name, v := range data {
		for _, mode := range a.modes[name] {
			key := name + "_" + mode
			if known.sums[key] == nil {
				known.sums[key] = newSummary(mode)
			}
			if err := known.sums[key].add(v); err != nil {
				return engine.None(), err
			}
		}
	}
	out, over := engine.Outputs{}, a.over(call, known)
	for key, s := range known.sums {
		out[key] = nil
		if over {
			out[key] = s.result()
		}
	}
	if over {
		*known = collected{since: call.Now(), sums: map[string]summary{}}
	}
	return engine.One(out), nil
}

var units = map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour}

func (a *aggregator) over(call *engine.Call, known *collected) bool {
	interval, _ := value.Int(call.Step.Fields["interval"])
	unit, _ := call.Step.Fields["interval_unit"].(string)
	if unit == "runs" {
		return known.runs >= interval
	}
	const most = 1 << 20 // hours; more would overflow
	return call.Now().Sub(known.since) >= time.Duration(min(interval, most))*units[unit]
}

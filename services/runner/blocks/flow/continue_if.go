package flow

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// continueIf lets the next steps run while a condition holds, and for a while after it last
// held.
type continueIf struct {
	condition *query.Statement
	next      []string
}

func newContinueIf(step engine.Step) (engine.Block, error) {
	condition, ok := step.Fields["condition_statement"].(*query.Statement)
	if !ok {
		return nil, errors.New("condition_statement must be a StatementGroup")
	}
	b := &continueIf{condition: condition}
	targets, _ := step.Fields["next_steps"].([]any)
	for _, target := range targets {
		if selector, ok := target.(string); ok {
			b.next = append(b.next, selector)
		}
	}
	return b, nil
}

// Run decides for one element.
func (b *continueIf) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	params, _ := call.Arg("evaluation_parameters").(map[string]any)
	holds, err := b.condition.Holds(ctx, query.Scope{Params: params, Codec: call.Codec, Now: call.Now})
	if err != nil {
		return engine.None(), err
	}
	if delay, _ := value.Float(call.Arg("stop_delay")); delay > 0 {
		holds = lately(call, holds, time.Duration(delay*float64(time.Second)))
	}
	if !holds || len(b.next) == 0 {
		return engine.Stop(), nil
	}
	return engine.Next(b.next...), nil
}

// last is the time at which the condition last held in this run.
type last struct {
	mu sync.Mutex // guards at; elements of a batch are decided at the same time
	at time.Time
}

func lately(call *engine.Call, holds bool, delay time.Duration) bool {
	kept := call.State("last", func() any { return &last{} }).(*last)
	kept.mu.Lock()
	defer kept.mu.Unlock()
	now := call.Now()
	if holds {
		kept.at = now
		return true
	}
	return !kept.at.IsZero() && now.Sub(kept.at) <= delay
}

package run

import (
	"context"
	"sync"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/peek"
)

// previews holds the outputs of steps until their events are sent.
type previews struct {
	mu     sync.Mutex // guards byStep; steps run at the same time
	byStep map[string]*runnerv1.StepOutputs
}

func (p *previews) put(step string, outputs *runnerv1.StepOutputs) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byStep == nil {
		p.byStep = map[string]*runnerv1.StepOutputs{}
	}
	p.byStep[step] = outputs
}

// take returns the preview for the event of a finished step, nil for any other.
func (p *previews) take(e engine.Event) *runnerv1.StepOutputs {
	p.mu.Lock()
	defer p.mu.Unlock()
	outputs := p.byStep[e.Step]
	delete(p.byStep, e.Step)
	return outputs
}

// watchSteps returns the function that receives the outputs of steps, or nil if nobody may
// see them. A stranger never may: the vault judges the texts of a run for a stranger at its
// end, and previews leave the run before.
func (r *run) watchSteps() func(context.Context, engine.Given) {
	if !r.order.StepOutputs || r.order.Observe == nil || r.allowed.GetPreview() {
		return nil
	}
	makes := peek.New(r.deps.Codec, r.redactor.Text)
	return func(ctx context.Context, given engine.Given) {
		outputs, err := preview(ctx, makes, given)
		if err != nil { // the step itself has succeeded
			r.deps.Logger.InfoContext(ctx, "no preview of a step", "run", r.id, "error", err)
			return
		}
		r.previews.put(given.Step, outputs)
	}
}

// preview turns a panic into an error: a preview never fails a run.
func preview(ctx context.Context, makes *peek.Run, given engine.Given) (_ *runnerv1.StepOutputs, err error) {
	defer errs.Recover(&err)
	return makes.Of(ctx, given)
}

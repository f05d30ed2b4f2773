package run

import (
	"context"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/booking"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/inputs"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/runner/outbound"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// perform runs the definition under the run's lease and deadline. Its error is written for the
// caller.
func (r *run) perform(ctx context.Context) ([]map[string]any, *errs.Error) {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	deadline := r.deps.Now().Add(r.limits.Time)
	if granted := r.allowed.GetDeadline(); granted != nil && granted.AsTime().Before(deadline) {
		deadline = granted.AsTime()
	}
	ctx, cancel := context.WithDeadlineCause(ctx, deadline, errRunTime)
	defer cancel()
	r.deps.Runs.Add(r.id, r.proof, end)
	r.end = end
	r.tell(&runnerv1.RunEvent{Event: &runnerv1.RunEvent_Started{Started: r.name()}})
	outputs, err := r.evaluate(ctx)
	if err != nil {
		return nil, r.explain(ctx, err)
	}
	return outputs, nil
}

var errRunTime = errs.DeadlineExceeded("the run exceeded its time limit; send fewer or smaller inputs, or try again")

// evaluate does the run itself. It stores credentials as soon as the inputs are complete, so that
// nothing after it has them.
func (r *run) evaluate(ctx context.Context) (_ []map[string]any, err error) {
	// A run that panics is still reported to sharing.
	defer errs.Recover(&err)
	if err := r.addSample(); err != nil {
		return nil, err
	}
	if err := r.storeRunCredentials(ctx); err != nil {
		return nil, err
	}
	w, err := r.deps.Workflows.Get(ctx, r.allowed.GetDefinition(), r.allowed.GetVersionHash())
	if err != nil {
		return nil, err
	}
	for _, o := range w.Plan().Outputs {
		r.names = append(r.names, o.Name)
	}
	reader := r.reader()
	values, err := reader.Read(ctx, w.Plan().Inputs, w.Required, r.order.Inputs)
	r.brought = reader.Brought()
	if err != nil {
		return nil, err
	}
	memory, err := r.reservePictures(w, values)
	if err != nil {
		return nil, err
	}
	defer memory.release()
	ctx, done := value.WithMemory(ctx, memory)
	defer done()
	results, err := w.Run(ctx, engine.Request{
		Env: r.env(), Inputs: values, Observe: r.observeStep, Watch: r.watchSteps(),
		Limits: engine.Limits{Elements: r.limits.Inputs.Elements, Result: r.limits.ResultBytes},
	})
	if err != nil {
		return nil, err
	}
	outputs, err := w.Serialize(ctx, r.deps.Codec, results, r.limits.ResultBytes, r.drawn.add)
	if err != nil {
		return nil, err
	}
	return r.redacted(outputs), context.Cause(ctx)
}

// observeStep records and forwards what a step did.
func (r *run) observeStep(e engine.Event) {
	r.steps.Add(e)
	r.tell(&runnerv1.RunEvent{Event: &runnerv1.RunEvent_Step{
		Step: &runnerv1.StepProgress{
			Step: e.Step, State: booking.StateNames[e.Kind], Time: booking.Timestamp(e.At), Outputs: r.previews.take(e),
		},
	}})
}

// env is everything that the steps of this run can reach.
func (r *run) env() engine.Env {
	source := outbound.NewModels(r.deps.Registry, r.allowed.GetGrant(), booking.ModelNames(r.allowed))
	return engine.Env{
		Models:   &models.Runner{Source: source, Store: r.deps.Models, Pool: r.deps.Workers},
		Outbound: r.out, Codec: r.deps.Codec,
		Sinks: r.allowed.GetSinksEnabled() && !r.order.SinksOff,
		Meter: r.ledger.Use, Now: r.deps.Now,
		Calls: func(step string) int { return callsOf(r.claims(), step) },
	}
}

// reader reads this run's inputs. Pictures at URLs come through the egress.
func (r *run) reader() *inputs.Reader {
	return inputs.NewReader(r.deps.Codec, r.limits.Inputs, r.out.Fetch, r.deps.Now)
}

// redacted removes the outputs that the caller excluded or the owner hides, and all credentials.
func (r *run) redacted(outputs []map[string]any) []map[string]any {
	for i, one := range outputs {
		for _, name := range r.order.Excluded {
			delete(one, name)
		}
		for _, name := range r.allowed.GetHiddenOutputs() {
			delete(one, name)
		}
		outputs[i], _ = r.redactor.Value(one).(map[string]any)
	}
	return outputs
}

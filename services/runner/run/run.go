package run

import (
	"context"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/runner/booking"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/inputs"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/runner/outbound"
	"github.com/keyhole-dev/keyhole/services/runner/redact"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// run is one run, from its authorisation to its booking.
type run struct {
	*Executor
	order Order
	id    string
	// proof is what sharing knows this run's runner by, while the run goes on and when it ends.
	proof   []byte
	allowed *sharinginternalv1.AuthorizeRunResponse

	// claims are those of the grant, read when they are asked for.
	claims   func() *grant.Claims
	redactor redact.Redactor
	ledger   *booking.Ledger
	steps    booking.Steps
	out      *outbound.Outbound
	// end ends the run with a reason.
	end   context.CancelCauseFunc
	drawn drawn
	// brought is how many pictures were read to be sent through the steps.
	brought int64
}

// onGrantAlone leaves the caller behind. From the authorisation on everything
// rests on the run's grant: the caller's assertion is good for seconds, and would
// fail a run that takes longer, and peers would write down who a visitor is where
// the workflow's owner reads it.
func onGrantAlone(ctx context.Context) context.Context {
	return caller.With(ctx, caller.Principal{})
}

// name is what the caller may call the run.
func (r *run) name() string {
	if name := r.allowed.GetName(); name != "" {
		return name
	}
	return r.id
}

// client is whom the work of an authorised run counts for: the workspace that is charged, which
// for a link may be its owner's, and the caller.
func (r *run) client(ctx context.Context) fair.Client {
	c := fair.ClientOf(caller.From(ctx))
	if charged := r.allowed.GetChargedWorkspace(); charged != "" {
		c.Tenant = charged
	}
	return c
}

// perform runs the definition under the run's lease and deadline. The error is
// one for the caller.
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

var errRunTime = errs.DeadlineExceeded(errorsv1.Reason_REASON_DEADLINE_EXCEEDED, "the time allowed for this run is over")

// evaluate is the run itself: credentials first, so that nothing that follows
// has them.
func (r *run) evaluate(ctx context.Context) (_ []map[string]any, err error) {
	// A run that panics is still reported to sharing.
	defer errs.Recover(&err)
	if err := r.handOver(ctx); err != nil {
		return nil, err
	}
	w, err := r.deps.Workflows.Get(ctx, r.allowed.GetDefinition(), r.allowed.GetVersionHash())
	if err != nil {
		return nil, err
	}
	reader := r.reader()
	values, err := reader.Read(ctx, w.Plan().Inputs, w.Required, r.order.Inputs)
	r.brought = reader.Brought()
	if err != nil {
		return nil, err
	}
	held, err := r.hold(w, values)
	if err != nil {
		return nil, err
	}
	defer held.release()
	ctx, done := value.WithMemory(ctx, held)
	defer done()
	results, err := w.Run(ctx, engine.Request{
		Env: r.env(), Inputs: values, Observe: r.stepped,
		Limits: engine.Limits{Elements: r.limits.Inputs.Elements, Result: r.limits.ResultBytes},
	})
	if err != nil {
		return nil, err
	}
	outputs, err := w.Serialize(ctx, r.deps.Codec, results, r.limits.ResultBytes, r.drawn.add)
	if err != nil {
		return nil, err
	}
	return r.outgoing(outputs), context.Cause(ctx)
}

// stepped is told of every step by the engine.
func (r *run) stepped(e engine.Event) {
	r.steps.Add(e)
	r.tell(&runnerv1.RunEvent{Event: &runnerv1.RunEvent_Step{
		Step: &runnerv1.StepProgress{Step: e.Step, State: booking.StateNames[e.Kind], Time: booking.Timestamp(e.At)},
	}})
}

func (r *run) tell(event *runnerv1.RunEvent) {
	if r.order.Observe != nil {
		r.order.Observe(event)
	}
}

// env is what this run may reach.
func (r *run) env() engine.Env {
	return engine.Env{
		Models:   &models.Runner{Source: outbound.NewModels(r.deps.Registry, r.allowed.GetGrant(), booking.ModelNames(r.allowed)), Store: r.deps.Models, Pool: r.deps.Workers},
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

// outgoing takes out what the caller does not want, and what nobody may have.
func (r *run) outgoing(outputs []map[string]any) []map[string]any {
	for i, one := range outputs {
		for _, name := range r.order.Excluded {
			delete(one, name)
		}
		outputs[i], _ = r.redactor.Value(one).(map[string]any)
	}
	return outputs
}

package runner

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"sync"

	"google.golang.org/grpc/status"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/runner/booking"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/inflight"
	"github.com/keyhole-dev/keyhole/services/runner/inputs"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/runner/outbound"
	"github.com/keyhole-dev/keyhole/services/runner/redact"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// order is what a caller wants to have run.
type order struct {
	// target names it; the rest of the request is filled in here.
	target *sharinginternalv1.AuthorizeRunRequest
	inputs map[string]any
	// excluded are outputs to leave out.
	excluded []string
	sinksOff bool
	// observe gets events, nil for nobody. It is called by many goroutines, and
	// must not wait.
	observe func(*runnerv1.RunEvent)
}

// result is a run that went well and was booked.
type result struct {
	name     string
	outputs  []map[string]any
	finished *sharinginternalv1.Booking
}

// run is one run, from its authorisation to its booking.
type run struct {
	service *Service
	order   order
	id      string
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
}

// execute does the whole of a run.
func (s *Service) execute(ctx context.Context, o order) (*result, error) {
	release, err := s.inflight.Admit(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	r := &run{service: s, order: o, id: id.New("run"), proof: []byte(rand.Text())}
	sum := sha256.Sum256(r.proof)
	r.order.target.Run, r.order.target.ProofHash = r.id, sum[:]
	r.order.target.Inputs, r.order.target.UnfitInputs = inputs.Given(o.inputs), inputs.Unfit(o.inputs)
	r.order.target.Forms = inputs.FormsOf(o.inputs)
	r.order.target.Elements = inputs.Elements(o.inputs)
	if err := r.authorise(ctx); err != nil {
		return nil, err
	}
	ctx = onGrantAlone(fair.With(ctx, r.client(ctx)))
	r.claims = sync.OnceValue(func() *grant.Claims { return claimsOf(r.allowed.GetGrant()) })
	r.ledger = booking.NewLedger(booking.ModelNames(r.allowed), sync.OnceValue(func() map[booking.Slot]string { return booking.SlotNames(r.claims()) }))
	r.out = outbound.New(s.deps.Vault, r.allowed.GetGrant(), r.ledger, func() { r.end(inflight.ErrPaused()) })
	defer r.redactor.Forget()
	outputs, failure := r.perform(ctx)
	var leaving [][]byte
	if r.isJudged() {
		if leaving, failure = r.leaving(outputs, failure); failure != nil {
			outputs = nil
		}
	}
	finished, err := r.finish(ctx, failure, leaving)
	switch {
	case finished.GetInstead() != nil:
		return nil, errs.From(status.FromProto(finished.GetInstead()).Err())
	case err != nil && len(leaving) > 0: // what it has to say was not judged
		return nil, err
	case failure != nil:
		return nil, r.forOwner(failure)
	case err != nil:
		return nil, err
	}
	return &result{name: r.name(), outputs: outputs, finished: finished}, nil
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
	deadline := r.service.deps.Now().Add(r.service.cfg.RunTime)
	if granted := r.allowed.GetDeadline(); granted != nil && granted.AsTime().Before(deadline) {
		deadline = granted.AsTime()
	}
	ctx, cancel := context.WithDeadlineCause(ctx, deadline, errRunTime)
	defer cancel()
	r.service.inflight.Add(r.id, r.proof, end)
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
	w, err := r.service.workflows.Get(ctx, r.allowed.GetDefinition(), r.allowed.GetVersionHash())
	if err != nil {
		return nil, err
	}
	values, err := r.reader().Read(ctx, w.Plan().Inputs, w.Required, r.order.inputs)
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
		Limits: engine.Limits{Elements: r.service.cfg.Elements, Result: r.service.cfg.ResultBytes},
	})
	if err != nil {
		return nil, err
	}
	outputs, err := w.Serialize(ctx, r.service.codec, results, r.service.cfg.ResultBytes, r.drawn.add)
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
	if r.order.observe != nil {
		r.order.observe(event)
	}
}

// env is what this run may reach.
func (r *run) env() engine.Env {
	return engine.Env{
		Models:   &models.Runner{Source: outbound.NewModels(r.service.deps.Registry, r.allowed.GetGrant(), booking.ModelNames(r.allowed)), Store: r.service.store, Pool: r.service.deps.Workers},
		Outbound: r.out, Codec: r.service.codec,
		Sinks: r.allowed.GetSinksEnabled() && !r.order.sinksOff,
		Meter: r.ledger.Use, Now: r.service.deps.Now,
		Calls: func(step string) int { return callsOf(r.claims(), step) },
	}
}

// reader reads this run's inputs. Pictures at URLs come through the egress.
func (r *run) reader() *inputs.Reader {
	cfg := r.service.cfg
	return inputs.NewReader(r.service.codec, inputs.Limits{
		Elements: cfg.Elements, Fetches: cfg.Fetches, FetchBytes: cfg.FetchBytes, PictureBytes: int64(cfg.Pictures.Bytes),
	}, r.out.Fetch, r.service.deps.Now)
}

// outgoing takes out what the caller does not want, and what nobody may have.
func (r *run) outgoing(outputs []map[string]any) []map[string]any {
	for i, one := range outputs {
		for _, name := range r.order.excluded {
			delete(one, name)
		}
		outputs[i], _ = r.redactor.Value(one).(map[string]any)
	}
	return outputs
}

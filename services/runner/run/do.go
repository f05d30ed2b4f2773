package run

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"sync"

	"google.golang.org/grpc/status"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/runner/booking"
	"github.com/keyhole-dev/keyhole/services/runner/inflight"
	"github.com/keyhole-dev/keyhole/services/runner/inputs"
	"github.com/keyhole-dev/keyhole/services/runner/outbound"
)

// Do does a run, from the wait for a place to the report of its end.
func (e *Executor) Do(ctx context.Context, o Order) (*Result, error) {
	release, err := e.deps.Runs.Admit(ctx, fair.ClientOf(o.Caller))
	if err != nil {
		return nil, err
	}
	defer release()
	r := e.newRun(o)
	if err := r.authorise(ctx); err != nil {
		return nil, refused(err)
	}
	ctx = dropCaller(fair.With(ctx, r.client()))
	// From here on the run has a row and a reservation, so it always reaches its report.
	r.equip()
	defer r.redactor.Forget()
	outputs, failure := r.perform(ctx)
	return r.conclude(ctx, outputs, failure)
}

// newRun fills in the request for authorisation. Sharing learns which inputs there are and what
// they look like, and no values.
func (e *Executor) newRun(o Order) *run {
	r := &run{Executor: e, order: o, id: id.New("run"), proof: []byte(rand.Text())}
	sum := sha256.Sum256(r.proof)
	t := o.Target
	t.Run, t.ProofHash = r.id, sum[:]
	t.Inputs, t.InvalidCredentialInputs = inputs.Given(o.Inputs), inputs.InvalidCredentials(o.Inputs)
	t.Forms, t.Elements = inputs.FormsOf(o.Inputs), inputs.Elements(o.Inputs)
	return r
}

// equip gives an authorised run its account and its way out.
func (r *run) equip() {
	// Most runs make no call, and need neither.
	r.claims = sync.OnceValue(func() *grant.Claims { return claimsOf(r.allowed.GetGrant()) })
	slots := sync.OnceValue(func() map[booking.Slot]string { return booking.SlotNames(r.claims()) })
	r.ledger = booking.NewLedger(booking.ModelNames(r.allowed), slots)
	r.out = outbound.New(r.deps.Vault, r.allowed.GetGrant(), r.ledger, func() { r.end(inflight.ErrPaused()) })
}

// conclude reports the end of the run and decides what the caller gets: the outputs, the failure,
// or the vault's replacement for them.
func (r *run) conclude(ctx context.Context, outputs []map[string]any, failure *errs.Error) (*Result, error) {
	var leaving [][]byte
	if r.isJudged() {
		if leaving, failure = r.leaving(outputs, failure); failure != nil {
			outputs = nil
		}
	}
	finished, err := r.finish(ctx, outputs, failure, leaving)
	switch {
	case finished.GetInstead() != nil:
		return nil, counted(errs.From(status.FromProto(finished.GetInstead()).Err()), finished.GetCounted())
	case err != nil && len(leaving) > 0: // nobody judged the texts that would leave
		return nil, err
	case failure != nil && err != nil: // nobody knows yet whether the run counts
		return nil, r.forOwner(failure)
	case failure != nil:
		return nil, counted(r.forOwner(failure), finished.GetCounted())
	case err != nil:
		return nil, err
	}
	return &Result{Name: r.name(), Outputs: outputs, Order: r.names, Finished: finished}, nil
}

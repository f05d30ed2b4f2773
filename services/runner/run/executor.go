package run

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"sync"
	"time"

	"google.golang.org/grpc/status"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/booking"
	"github.com/keyhole-dev/keyhole/services/runner/compiled"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/inflight"
	"github.com/keyhole-dev/keyhole/services/runner/inputs"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/runner/outbound"
)

// Deps are the dependencies of all runs. All are required.
type Deps struct {
	Sharing  sharinginternalv1.SharingInternalServiceClient
	Vault    vaultinternalv1.VaultInternalServiceClient
	Registry registryinternalv1.RegistryInternalServiceClient
	Workers  *modelworker.Pool
	Logger   *slog.Logger
	Now      func() time.Time

	Runs      *inflight.Runs
	Workflows *compiled.Cache
	Batcher   *booking.Batcher
	Models    *models.Store
	Codec     *imaging.Codec
	// Pictures is the memory for the decoded pictures of all runs.
	Pictures *fair.Pool
}

// Limits are those of one run.
type Limits struct {
	// Time is the longest a run may take, if its grant does not say less.
	Time time.Duration
	// ResultBytes bounds the outputs.
	ResultBytes int
	Inputs      inputs.Limits
}

// Executor does runs. All methods may be called at the same time.
type Executor struct {
	deps   Deps
	limits Limits
}

// New makes an executor. It starts nothing.
func New(deps Deps, limits Limits) *Executor { return &Executor{deps: deps, limits: limits} }

// Order is a request for a run.
type Order struct {
	// Caller is who asks. The context carries the same caller to sharing, and no further.
	Caller caller.Principal
	// Target names what to run. Do fills in the rest of the request.
	Target *sharinginternalv1.AuthorizeRunRequest
	Inputs map[string]any
	// Excluded are the outputs that the caller does not want.
	Excluded []string
	SinksOff bool
	// StepOutputs lets the events of finished steps carry a preview of what they gave. A run
	// through a link never does.
	StepOutputs bool
	// Observe receives events, if it is not nil. Many goroutines call it, and it must not block.
	Observe func(*runnerv1.RunEvent)
}

// Result is a run that succeeded and was booked.
type Result struct {
	Name    string
	Outputs []map[string]any
	// Order has the names of the outputs, in the order of the definition.
	Order    []string
	Finished *sharinginternalv1.Booking
}

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
// or what the vault puts in their place.
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

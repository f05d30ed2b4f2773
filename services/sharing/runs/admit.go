package runs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/policy"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// confirmWithin bounds the confirmation of a reservation. It is well below the lease, so
// that a run which is not confirmed by then was not given to a runner.
const confirmWithin = 5 * time.Second

// admitter admits runs.
type admitter struct {
	policy   *policy.Decider
	ledger   ledger.Store
	meter    *meter.Meter
	resolver *shares.Resolver
	peers    *peers.Peers
	identity *identity.Identity
	leases   *leases
	limits   Limits
	log      *slog.Logger
	now      func() time.Time
}

// authorize decides, reserves, writes the run and signs its grant, in this order. A run
// that is refused leaves nothing behind, and neither does one that asks for values of inputs.
func (s *admitter) authorize(ctx context.Context, who caller.Principal, r *sharinginternalv1.AuthorizeRunRequest) (*sharinginternalv1.AuthorizeRunResponse, error) {
	start := s.now().Truncate(time.Microsecond) // as the row stores it
	d, err := s.policy.Decide(ctx, who, r)
	if err != nil {
		return nil, err
	}
	if len(d.Asks) > 0 {
		return &sharinginternalv1.AuthorizeRunResponse{ModelInputs: d.Asks}, nil
	}
	a := &admission{Decision: d, run: r.GetRun(), requestID: r.GetRequestId(), proof: r.GetProofHash(), start: start}
	if err := s.checkRequest(ctx, a); err != nil {
		return nil, err
	}
	if err := s.checkSuspension(ctx, a); err != nil {
		return nil, err
	}
	held, err := s.meter.Reserve(ctx, a.metered(), a.Scopes)
	if err != nil {
		return nil, budget.Refusal(err)
	}
	if err := s.admit(ctx, a, held); err != nil {
		return nil, err
	}
	return s.answer(a)
}

// checkRequest refuses a request ID that its caller has used for another run.
func (s *admitter) checkRequest(ctx context.Context, a *admission) error {
	if a.requestID == "" {
		return nil
	}
	row, err := s.ledger.RunOfRequest(ctx, a.Caller, a.requestID)
	switch {
	case errors.Is(err, sqldb.ErrNoRow):
		return nil
	case err != nil:
		return fmt.Errorf("read request: %w", err)
	case row.ID != a.run:
		return repeated(a, row)
	}
	return nil
}

func repeated(a *admission, row ledger.Run) error {
	name := row.NameFor(a.Principal)
	return errs.AlreadyExists("this request id has started the run %s and cannot start another", name).With("run", name)
}

// checkSuspension asks the vault whether the guard has suspended a link with hidden
// credentials. The decision may rest on an answer that is a moment old, and no run may
// begin in that moment. It costs runs with hidden credentials one call, and others none.
func (s *admitter) checkSuspension(ctx context.Context, a *admission) error {
	if a.Link == nil || !a.Link.Share.Hidden() {
		return nil
	}
	grant, err := s.peers.CredentialGrantNow(ctx, a.Link.Name())
	if err != nil {
		return err
	}
	if peers.WaitsForOwner(grant) {
		s.resolver.Forget()
		return shares.Paused()
	}
	return nil
}

// admit makes the reservation durable. On any failure it leaves nothing of the run, or
// something that a sweep finds.
func (s *admitter) admit(ctx context.Context, a *admission, held *meter.Reservation) error {
	row := a.row(s.limits.Lease)
	inserted, err := s.ledger.Insert(ctx, row)
	if errors.Is(err, sqldb.ErrNotWritten) { // the caller has left
		held.Undo(ctx)
	}
	if err != nil {
		// After any other error the row may be there or not. If it is, the reaper ends the
		// run when its lease expires. If not, the sweep releases the old reservation.
		return fmt.Errorf("insert run: %w", err)
	}
	if !inserted {
		held.Undo(ctx)
		return s.existing(ctx, a)
	}
	if err := s.confirm(ctx, a, held); err != nil {
		return err
	}
	s.leases.add(row.ID, &lease{row: row, conditions: a.conditions(), until: time.UnixMicro(row.Lease), asked: s.now()})
	return nil
}

// confirm makes a reservation count permanently. If another run has taken the last of a limit
// meanwhile, the run is refused. Its row goes before its reservation: a row without a
// reservation would count in the next rebuild. It does not end with the caller's context,
// because the row is written.
func (s *admitter) confirm(ctx context.Context, a *admission, held *meter.Reservation) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), confirmWithin)
	defer cancel()
	err := held.Confirm(ctx)
	if err == nil {
		return nil
	}
	if _, err := s.ledger.Delete(ctx, a.run); err != nil {
		s.log.ErrorContext(ctx, "delete of a refused run failed; reaper will end it", "run", a.run, "error", err)
		return fmt.Errorf("delete a refused run: %w", err)
	}
	held.Undo(ctx)
	return budget.Refusal(err)
}

// existing answers for a run ID or a request ID that is taken. If the same runner asks for
// the same run again, it gets the same answer: the first one may have been lost.
func (s *admitter) existing(ctx context.Context, a *admission) error {
	row, err := s.ledger.Run(ctx, a.run)
	if errors.Is(err, sqldb.ErrNoRow) {
		row, err = s.ledger.RunOfRequest(ctx, a.Caller, a.requestID)
	}
	switch {
	case errors.Is(err, sqldb.ErrNoRow):
		return errs.Aborted(errorsv1.Reason_REASON_CONFLICT, "run ID conflict; retry")
	case err != nil:
		return fmt.Errorf("read run: %w", err)
	case row.ID != a.run:
		return repeated(a, row)
	case !a.matches(row):
		return errs.AlreadyExists("the run id is in use")
	case row.State != ledger.Running:
		return errs.AlreadyExists("the run has ended and cannot start again")
	}
	a.start = time.UnixMicro(row.Start)
	return nil
}

// answer signs the grant of the run. A run that needs neither the vault nor the registry
// gets none.
func (s *admitter) answer(a *admission) (*sharinginternalv1.AuthorizeRunResponse, error) {
	deadline := a.start.Add(s.limits.Timeout)
	if a.Analysis.Closed {
		return a.answer("", deadline), nil
	}
	signed, err := grant.Sign(s.identity, a.claims(s.now(), deadline))
	if err != nil {
		return nil, err
	}
	return a.answer(signed, deadline), nil
}

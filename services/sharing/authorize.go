package sharing

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

const (
	// grantMargin is how much longer than its run a grant lives, for what is under
	// way when the run is told to stop.
	grantMargin = 5 * time.Second
	// maxAttempts bounds the calls of one step of a run that uses nothing of somebody
	// else's.
	maxAttempts = 1000
	// confirmWithin is far below the lease: a run that is not confirmed by then was
	// not given to anybody.
	confirmWithin = 5 * time.Second
)

// AuthorizeRun implements the RPC: decide, reserve, write down, sign. What is refused
// leaves nothing behind, nor does what has to be asked again.
func (s internal) AuthorizeRun(ctx context.Context, r *sharinginternalv1.AuthorizeRunRequest) (*sharinginternalv1.AuthorizeRunResponse, error) {
	d, err := s.decide(ctx, r)
	if err != nil {
		return nil, err
	}
	if len(d.asks) > 0 {
		return &sharinginternalv1.AuthorizeRunResponse{ModelInputs: d.asks}, nil
	}
	if err := s.unrepeated(ctx, d, r.GetRequestId()); err != nil {
		return nil, err
	}
	if err := s.notStopped(ctx, d); err != nil {
		return nil, err
	}
	held, err := s.meter.Reserve(ctx, meter.Run{ID: d.run, Start: d.start, Pictures: d.pictures}, d.scopes)
	if err != nil {
		return nil, budget.Refusal(err)
	}
	if err := s.admitRun(ctx, d, held); err != nil {
		return nil, err
	}
	return s.answer(d)
}

// unrepeated refuses a request id that its caller has used, unless it is the same
// run that is asked for again.
func (s *Service) unrepeated(ctx context.Context, d *decision, request string) error {
	if request == "" {
		return nil
	}
	d.requestID = request
	row, err := s.ledger.RunOfRequest(ctx, d.caller, request)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	if row.ID != d.run {
		return s.repeated(d, row)
	}
	return nil
}

func (s *Service) repeated(d *decision, row ledger.Run) error {
	name := row.NameFor(d.principal)
	return errs.AlreadyExists(errorsv1.Reason_REASON_ALREADY_EXISTS,
		"this request id has started the run %s; it never runs twice", name).With("run", name)
}

// admitRun makes the reservation durable. On any failure nothing of it stays.
func (s *Service) admitRun(ctx context.Context, d *decision, held *meter.Reservation) error {
	row := d.row(s.cfg.Lease)
	inserted, err := s.ledger.Insert(ctx, row)
	if errors.Is(err, sqldb.ErrNotWritten) { // the caller has left
		held.Undo(ctx)
	}
	if err != nil {
		// Else the row may be there or not: it is settled when its lease ends, or the
		// reservation is taken back when it is old.
		return fmt.Errorf("insert run: %w", err)
	}
	if !inserted {
		held.Undo(ctx)
		return s.existing(ctx, d)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), confirmWithin)
	defer cancel()
	if err := held.Confirm(ctx); err != nil {
		if _, err := s.ledger.Delete(ctx, d.run); err != nil {
			s.log.ErrorContext(ctx, "a refused run is left to the reaper", "run", d.run, "error", err)
			return fmt.Errorf("take back a refused run: %w", err)
		}
		held.Undo(ctx)
		return budget.Refusal(err)
	}
	s.leases.add(d.run, &lease{row: row, conditions: d.conditions(), until: time.UnixMicro(row.Lease), asked: s.now()})
	return nil
}

// existing answers for a run id or a request id that is taken: the same run, asked
// for again by the same caller, gets the same answer.
func (s *Service) existing(ctx context.Context, d *decision) error {
	row, err := s.ledger.Run(ctx, d.run)
	if errors.Is(err, sqldb.ErrNoRow) {
		row, err = s.ledger.RunOfRequest(ctx, d.caller, d.requestID)
	}
	switch {
	case errors.Is(err, sqldb.ErrNoRow):
		return errs.Aborted(errorsv1.Reason_REASON_CONFLICT, "run ID conflict; retry")
	case err != nil:
		return fmt.Errorf("read run: %w", err)
	case row.ID != d.run:
		return s.repeated(d, row)
	case !sameProof(row, d.proof) || row.Caller != d.caller || row.VersionHash != d.analysis.Hash || row.ChargedKey != d.charged || row.Share != d.shareUID() || row.Pictures != d.pictures:
		return errs.AlreadyExists(errorsv1.Reason_REASON_ALREADY_EXISTS, "there is another run of this id")
	case row.State != ledger.Running:
		return errs.AlreadyExists(errorsv1.Reason_REASON_ALREADY_EXISTS, "the run has ended; it never runs twice")
	}
	d.start = time.UnixMicro(row.Start)
	return nil
}

// sameProof reports whether it is the run's own runner that asks again.
func sameProof(row ledger.Run, proof []byte) bool {
	conditions, err := row.Conditions()
	return err == nil && subtle.ConstantTimeCompare(conditions.Proof, proof) == 1
}

// row is the run as it is admitted.
func (d *decision) row(lease time.Duration) ledger.Run {
	return ledger.Run{
		ID: d.run, RequestID: d.requestID, Caller: d.caller, CallerWorkspace: d.callerWorkspace(),
		OwnerWorkspace: d.owner, ChargedWorkspace: resource.Segment(d.charged, 0), ChargedKey: d.charged, Visitor: d.visitor,
		Workflow: d.workflow.UID, WorkflowID: d.workflow.ID, Version: d.version, VersionHash: d.analysis.Hash,
		Share: d.shareUID(), ShareID: d.shareID(), Rights: d.conditions().Text(), Scopes: ledger.ScopesText(d.scopes), VaultOpen: len(d.slots) > 0,
		Lease: d.start.Add(lease).UnixMicro(), State: ledger.Running, Steps: "", Day: d.start.UTC().Format(time.DateOnly), Start: d.start.UnixMicro(),
		Pictures: d.pictures, Counted: d.scopes,
	}
}

// answer says what the runner needs.
func (s *Service) answer(d *decision) (*sharinginternalv1.AuthorizeRunResponse, error) {
	deadline := d.start.Add(s.cfg.RunTimeout)
	signed, err := s.grant(d, deadline)
	if err != nil {
		return nil, err
	}
	return &sharinginternalv1.AuthorizeRunResponse{
		Name: d.name(), Definition: d.analysis.Raw, VersionHash: d.analysis.Hash, Grant: signed, Deadline: timestamppb.New(deadline),
		CredentialInputs: d.credentialInputs, Models: d.models, SinksEnabled: d.sinks, Preview: d.preview(),
		ChargedWorkspace: resource.Segment(d.charged, 0),
	}, nil
}

// grant signs the run's grant. A run that asks for nothing gets none.
func (s *Service) grant(d *decision, deadline time.Time) (string, error) {
	if d.analysis.Closed {
		return "", nil
	}
	claims := grant.Claims{
		Run: d.run, Workspace: d.owner, Share: d.shareName(), VersionHash: d.analysis.Hash, ChargedKey: d.charged,
		Visitor: d.principal.Visitor, Slots: d.slots, Models: d.modelVersions(), Limits: grant.Limits{Attempts: s.attempts(d)},
		Peer: "runner", IssuedAt: s.now().Unix(), Expiry: deadline.Add(grantMargin).Unix(),
	}
	if d.right == nil {
		claims.Authority = d.principal.Assertion
	}
	return grant.Sign(s.identity, claims)
}

// attempts bounds the calls of each step. Where they are made with hidden credentials
// no run uses up what its owner has meant for all: it has the installation's small
// number, no more than half of the share's calls and than are left of them now, but one
// for each step: one that would make more is refused before its first.
func (s *Service) attempts(d *decision) int32 {
	if d.right == nil || !d.right.Share.Hidden() || len(d.slots) == 0 {
		return maxAttempts
	}
	half := d.right.Share.Calls / 2 / int64(len(d.slots))
	return int32(max(1, min(half, d.right.Grant.GetCallsLeft(), int64(s.cfg.PreviewCalls))))
}

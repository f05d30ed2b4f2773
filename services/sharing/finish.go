package sharing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

const (
	// maxItems bounds the line items and the steps that a runner may tell of one run:
	// twice what all batches of a run may have.
	maxItems = 20_000
	// maxCount bounds each number in them, so that no sum of them overflows.
	maxCount = 1_000_000_000_000
	// maxPictures is the highest limit on pictures that there is.
	maxPictures = 1_000_000_000
)

// FinishRuns implements the RPC. The runs are booked side by side, so that they share
// their commit and none waits for another's.
func (s internal) FinishRuns(ctx context.Context, r *sharinginternalv1.FinishRunsRequest) (*sharinginternalv1.FinishRunsResponse, error) {
	out := &sharinginternalv1.FinishRunsResponse{Runs: make([]*sharinginternalv1.FinishedRun, len(r.GetRuns()))}
	var all sync.WaitGroup
	for i, end := range r.GetRuns() {
		all.Go(func() { out.Runs[i] = s.finished(ctx, end) })
	}
	all.Wait()
	return out, nil
}

// finished says what became of one run, whatever that is.
func (s *Service) finished(ctx context.Context, end *sharinginternalv1.RunEnd) *sharinginternalv1.FinishedRun {
	booking, err := s.finishRun(ctx, end)
	if err == nil {
		return &sharinginternalv1.FinishedRun{Result: &sharinginternalv1.FinishedRun_Booking{Booking: booking}}
	}
	level := slog.LevelInfo
	if errs.CodeOf(err) == codes.Internal {
		level = slog.LevelError
	}
	s.log.LogAttrs(ctx, level, "a run was not booked", slog.String("run", end.GetRun()), slog.Any("error", err))
	return &sharinginternalv1.FinishedRun{Result: &sharinginternalv1.FinishedRun_Error{Error: errs.Status(err).Proto()}}
}

// finishRun books one run. The first end of a run is its end: later ones, and those of a
// run that was settled meanwhile, get what was booked.
func (s *Service) finishRun(ctx context.Context, r *sharinginternalv1.RunEnd) (out *sharinginternalv1.Booking, err error) {
	defer errs.Recover(&err) // each run has its own goroutine, where a panic would end the process
	if err := checkFinish(r); err != nil {
		return nil, err
	}
	have, err := s.startOf(ctx, r.GetRun())
	if err != nil {
		return nil, err
	}
	if !have.conditions.ProvenBy(r.GetProof()) {
		return nil, errs.PermissionDenied(errorsv1.Reason_REASON_PERMISSION_DENIED, "only the runner that a run was authorised for can finish it")
	}
	row := have.row
	booked, err := s.end(ctx, row, r)
	if err != nil {
		return nil, err
	}
	out = &sharinginternalv1.Booking{Allowances: budget.Allowances(booked.visible, booked.left)}
	if booked.instead != nil {
		out.Instead = errs.Status(booked.instead).Proto()
	}
	if row.CallerPays() {
		out.Charges = ledger.Redact(booked.items, row.OwnerWorkspace, row.CallerWorkspace)
	}
	return out, nil
}

// booking is what stands in the ledger of a run, and what its scopes have left after it.
type booking struct {
	items   []*sharingv1.LineItem
	visible []meter.Scope
	left    []meter.Left
	// instead, if not nil, is to be told in the place of what the run has to say.
	instead error
}

// end books the end that a runner tells of.
func (s *Service) end(ctx context.Context, row ledger.Run, r *sharinginternalv1.RunEnd) (booking, error) {
	if row.State != ledger.Running {
		return s.endedBefore(ctx, row, r)
	}
	items, verdict, err := s.used(ctx, row, r.GetItems(), r.GetLeaving())
	if err != nil {
		return booking{}, err
	}
	if stopped, err := s.stopped(ctx, row, r, verdict); err != nil {
		return booking{}, err
	} else if stopped {
		return s.bookStopped(ctx, row, r, items)
	}
	if r.GetUnused() && len(items) == 0 && r.GetState() != sharingv1.RunState_RUN_STATE_SUCCEEDED {
		return s.unbook(ctx, row)
	}
	row.State, row.Reason, row.Message = int64(r.GetState()), storable(r.GetReason()), storable(r.GetMessage())
	row.Steps = ledger.StepsText(r.GetSteps())
	s.recount(ctx, &row, r)
	if verdict == vaultinternalv1.Verdict_VERDICT_WITHHELD {
		return s.bookWithheld(ctx, row, items)
	}
	return s.book(ctx, ledger.End{Run: row, Items: items})
}

// recount checks the pictures of a run again. A runner that did more than was reserved is
// wrong: what it did is recorded all the same, so that the next run meets the limit.
func (s *Service) recount(ctx context.Context, row *ledger.Run, r *sharinginternalv1.RunEnd) {
	if row.PicturesOver = max(0, r.GetPictures()-row.Pictures); row.PicturesOver > 0 {
		s.log.WarnContext(ctx, "a runner did more than was reserved", "run", row.ID, "reserved", row.Pictures, "done", r.GetPictures())
	}
}

// storable leaves out the one character that PostgreSQL does not store. A message may
// quote an input: a visitor must not be able to keep a run from being booked.
func storable(text string) string { return strings.ReplaceAll(text, "\x00", "") }

// startOf is a run as it was admitted: what this replica remembers of it, or its row.
// Whether it has ended meanwhile is seen when its end is written.
func (s *Service) startOf(ctx context.Context, run string) (*lease, error) {
	if known := s.leases.of(run); known != nil {
		return known, nil
	}
	row, err := s.ledger.Run(ctx, run)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil, resource.NotFound("run")
	}
	if err != nil {
		return nil, fmt.Errorf("read run: %w", err)
	}
	conditions, err := row.Conditions()
	return &lease{row: row, conditions: conditions}, err
}

func checkFinish(r *sharinginternalv1.RunEnd) error {
	switch r.GetState() {
	case sharingv1.RunState_RUN_STATE_SUCCEEDED, sharingv1.RunState_RUN_STATE_FAILED, sharingv1.RunState_RUN_STATE_CANCELLED:
	default:
		return resource.Invalid("state", "a run ends succeeded, failed or cancelled")
	}
	if len(r.GetItems()) > maxItems || len(r.GetSteps()) > maxItems {
		return resource.Invalid("items", "a run has at most %d line items and steps", maxItems)
	}
	if r.GetPictures() < 0 || r.GetPictures() > maxPictures {
		return resource.Invalid("pictures", "must be from 0 to %d", maxPictures)
	}
	for _, item := range r.GetItems() {
		if item.GetKind() != ledger.KindModel && item.GetKind() != ledger.KindCredential {
			return resource.Invalid("items.kind", "must be model or credential; the run itself is booked by sharing")
		}
		for _, n := range []int64{item.GetQuantity(), item.GetInputTokens(), item.GetOutputTokens()} {
			if n < 0 || n > maxCount {
				return resource.Invalid("items.quantity", "must be from 0 to %d", int64(maxCount))
			}
		}
	}
	return nil
}

// book writes the end of a run and its line items in one commit, and releases what was
// reserved. It gives what stands in the ledger, from whoever.
func (s *Service) book(ctx context.Context, e ledger.End) (booking, error) {
	e.Run.End = max(s.now().UnixMicro(), e.Run.Start)
	e.Run.Sum(e.Items)
	did, err := s.ledger.End(ctx, e)
	if err != nil {
		return booking{}, fmt.Errorf("end run: %w", err)
	}
	s.leases.drop(e.Run.ID)
	if !did {
		return s.bookedBefore(ctx, e.Run)
	}
	b := booking{items: append(e.Run.Charge(), e.Items...), visible: s.visibleScopes(ctx, e.Run)}
	release := s.meter.Release
	if e.Run.State == ledger.Stopped {
		release = s.meter.Return
	}
	if b.left, err = release(ctx, e.Run.Metered(), e.Run.CountedScopes(), b.visible); err != nil { // a sweep finds it
		s.log.WarnContext(ctx, "a reservation is left to the sweep", "run", e.Run.ID, "error", err)
	}
	return b, nil
}

// unbook ends a run of which nothing happened, as if it had never been admitted: its
// row goes, and then its reservation with its count. That nothing happened is the
// runner's word, but for calls with credentials, which the vault has told before.
func (s *Service) unbook(ctx context.Context, row ledger.Run) (b booking, err error) {
	did, err := s.ledger.Delete(ctx, row.ID)
	if err != nil {
		return b, fmt.Errorf("delete an unused run: %w", err)
	}
	s.leases.drop(row.ID)
	if !did {
		return s.bookedBefore(ctx, row)
	}
	b.visible = s.visibleScopes(ctx, row)
	if b.left, err = s.meter.Return(ctx, row.Metered(), row.CountedScopes(), b.visible); err != nil { // a sweep finds it
		s.log.WarnContext(ctx, "an unused reservation is left to the sweep", "run", row.ID, "error", err)
	}
	return b, nil
}

// bookedBefore is what stands in the ledger of a run that has ended.
func (s *Service) bookedBefore(ctx context.Context, row ledger.Run) (b booking, err error) {
	if b.items, err = s.ledger.Items(ctx, row); err != nil {
		return b, fmt.Errorf("read line items: %w", err)
	}
	b.visible = s.visibleScopes(ctx, row)
	if b.left, err = s.meter.Left(ctx, b.visible); err != nil { // the run is booked all the same
		s.log.WarnContext(ctx, "what is left cannot be read", "run", row.ID, "error", err)
	}
	return b, nil
}

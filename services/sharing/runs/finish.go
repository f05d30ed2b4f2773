package runs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"google.golang.org/grpc/codes"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
)

const (
	// maxItems bounds the line items and the steps of one run: twice what all batches of a
	// run may have.
	maxItems = 20_000
	// maxCount bounds each number in them, so that no sum of them overflows.
	maxCount = 1_000_000_000_000
	// maxPictures is the highest limit on pictures that there is.
	maxPictures = 1_000_000_000
)

// finishAll books runs. It books them concurrently, so that they share their commit and none
// waits for another's call to the vault.
func (s *booker) finishAll(ctx context.Context, ends []*sharinginternalv1.RunEnd) []*sharinginternalv1.FinishedRun {
	out := make([]*sharinginternalv1.FinishedRun, len(ends))
	var all sync.WaitGroup
	for i, end := range ends {
		all.Go(func() { out[i] = s.outcome(ctx, end) })
	}
	all.Wait()
	return out
}

// outcome books one run. A failure is the answer for this run, not for the others.
func (s *booker) outcome(ctx context.Context, end *sharinginternalv1.RunEnd) *sharinginternalv1.FinishedRun {
	booking, err := s.finish(ctx, end)
	if err == nil {
		return &sharinginternalv1.FinishedRun{Result: &sharinginternalv1.FinishedRun_Booking{Booking: booking}}
	}
	level := slog.LevelInfo
	if errs.CodeOf(err) == codes.Internal {
		level = slog.LevelError
	}
	s.log.LogAttrs(ctx, level, "run was not booked", slog.String("run", end.GetRun()), slog.Any("error", err))
	return &sharinginternalv1.FinishedRun{Result: &sharinginternalv1.FinishedRun_Error{Error: errs.Status(err).Proto()}}
}

// finish books one run. The first end of a run is final. A later call gets what was booked, also if the reaper ended
// the run.
func (s *booker) finish(ctx context.Context, r *sharinginternalv1.RunEnd) (out *sharinginternalv1.Booking, err error) {
	defer errs.Recover(&err) // each run has its own goroutine, where a panic would end the process
	if err := checkEnd(r); err != nil {
		return nil, err
	}
	have, err := s.admitted(ctx, r.GetRun())
	if err != nil {
		return nil, err
	}
	if !have.conditions.ProvenBy(r.GetProof()) {
		return nil, errs.PermissionDenied("only the runner that a run was authorised for can finish it")
	}
	row := have.row
	booked, err := s.end(ctx, row, r)
	if err != nil {
		return nil, err
	}
	out = &sharinginternalv1.Booking{Allowances: budget.Allowances(booked.visible, booked.left), Counted: !booked.uncounted}
	if booked.instead != nil {
		out.Instead = errs.Status(booked.instead).Proto()
	}
	if row.CallerPays() {
		out.Charges = ledger.Redact(booked.items, row.OwnerWorkspace, row.CallerWorkspace)
	}
	return out, nil
}

// admitted returns a run as it was admitted: from the memory of this replica, or its row.
// Whether it has ended meanwhile is seen when its end is written.
func (s *booker) admitted(ctx context.Context, run string) (*lease, error) {
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

// checkEnd refuses what no run can end with.
func checkEnd(r *sharinginternalv1.RunEnd) error {
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

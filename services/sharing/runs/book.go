package runs

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// booker ends runs: for their runner, and for the reaper.
type booker struct {
	ledger   ledger.Store
	meter    *meter.Meter
	resolver *shares.Resolver
	peers    *peers.Peers
	vault    vaultinternalv1.VaultInternalServiceClient
	leases   *leases
	guest    meter.Count
	log      *slog.Logger
	now      func() time.Time
}

// booking is what the ledger has of a run, and what its limits have left after it.
type booking struct {
	items   []*sharingv1.LineItem
	visible []meter.Scope
	left    []meter.Left
	// instead is the error that the caller of the run gets in place of its result, or nil.
	instead error
}

// end books the end that a runner reports.
func (s *booker) end(ctx context.Context, row ledger.Run, r *sharinginternalv1.RunEnd) (booking, error) {
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

// recount checks the pictures of a run again. More than was reserved is a fault of the
// runner. It is recorded all the same, so that the next run meets the limit.
func (s *booker) recount(ctx context.Context, row *ledger.Run, r *sharinginternalv1.RunEnd) {
	if row.PicturesOver = max(0, r.GetPictures()-row.Pictures); row.PicturesOver > 0 {
		s.log.WarnContext(ctx, "runner exceeded its reservation", "run", row.ID, "reserved", row.Pictures, "done", r.GetPictures())
	}
}

// storable removes NUL, which PostgreSQL cannot store. A message may quote an input, and a
// visitor must not be able to prevent the booking of a run.
func storable(text string) string { return strings.ReplaceAll(text, "\x00", "") }

// book writes the end of a run and its line items in one commit, and then releases the
// reservation. It returns what the ledger has, also if the run had ended before.
func (s *booker) book(ctx context.Context, e ledger.End) (booking, error) {
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
	if b.left, err = release(ctx, e.Run.Metered(), e.Run.CountedScopes(), b.visible); err != nil {
		s.log.WarnContext(ctx, "reservation release failed; sweeper will retry", "run", e.Run.ID, "error", err)
	}
	return b, nil
}

// unbook removes a run in which nothing happened, as if it had not been admitted. The row
// goes before the reservation and its count. That nothing happened is the runner's word;
// for calls with credentials it is the vault's.
func (s *booker) unbook(ctx context.Context, row ledger.Run) (b booking, err error) {
	did, err := s.ledger.Delete(ctx, row.ID)
	if err != nil {
		return b, fmt.Errorf("delete an unused run: %w", err)
	}
	s.leases.drop(row.ID)
	if !did {
		return s.bookedBefore(ctx, row)
	}
	b.visible = s.visibleScopes(ctx, row)
	if b.left, err = s.meter.Return(ctx, row.Metered(), row.CountedScopes(), b.visible); err != nil {
		s.log.WarnContext(ctx, "reservation release failed; sweeper will retry", "run", row.ID, "error", err)
	}
	return b, nil
}

// bookedBefore returns what the ledger has of a run that has ended.
func (s *booker) bookedBefore(ctx context.Context, row ledger.Run) (b booking, err error) {
	if b.items, err = s.ledger.Items(ctx, row); err != nil {
		return b, fmt.Errorf("read line items: %w", err)
	}
	b.visible = s.visibleScopes(ctx, row)
	if b.left, err = s.meter.Left(ctx, b.visible); err != nil { // the run is booked all the same
		s.log.WarnContext(ctx, "remaining allowances cannot be read", "run", row.ID, "error", err)
	}
	return b, nil
}

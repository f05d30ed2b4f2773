package runs

import (
	"context"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
)

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
		b.uncounted = true
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
	b.uncounted = true
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
	if b.left, err = s.meter.Left(ctx, b.visible); err != nil { // the run is booked nevertheless
		s.log.WarnContext(ctx, "remaining allowances cannot be read", "run", row.ID, "error", err)
	}
	return b, nil
}

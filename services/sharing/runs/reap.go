package runs

import (
	"context"
	"errors"
	"fmt"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
)

// reapBatch bounds the runs that one query reads.
const reapBatch = 100

// Reap ends the runs whose lease has expired, because their runner died. A run that cannot
// end now does not prevent the end of the others in its batch.
func (r *Runs) Reap(ctx context.Context) error {
	r.leases.prune(r.now().Add(-r.lease))
	for {
		rows, err := r.booker.ledger.Expired(ctx, r.now().UnixMicro(), reapBatch)
		if err != nil {
			return fmt.Errorf("list expired runs: %w", err)
		}
		var failures []error
		for _, row := range rows {
			if err := r.booker.closeAbandoned(ctx, row); err != nil {
				failures = append(failures, err)
			}
		}
		if len(rows) < reapBatch || len(failures) > 0 {
			return errors.Join(failures...)
		}
	}
}

// closeAbandoned ends a run that no runner renews, with the calls that the vault knows. It
// books nothing if the lease was renewed since the row was read.
func (s *booker) closeAbandoned(ctx context.Context, row ledger.Run) error {
	items, _, err := s.used(ctx, row, nil, nil)
	if err != nil {
		return err
	}
	row.State = int64(sharingv1.RunState_RUN_STATE_ABANDONED)
	row.Reason, row.Message = "UNAVAILABLE", "the runner stopped responding; the run was charged for its recorded calls"
	_, err = s.book(ctx, ledger.End{Run: row, Items: items, LeaseBefore: s.now().UnixMicro()})
	return err
}

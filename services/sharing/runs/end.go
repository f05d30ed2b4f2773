package runs

import (
	"context"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
)

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
		return s.bookWithheld(ctx, row, r, items)
	}
	refusal, err := s.keepExample(ctx, row, r)
	if err != nil {
		return booking{}, err
	}
	b, err := s.book(ctx, ledger.End{Run: row, Items: items})
	b.instead = refusal
	return b, err
}

// recount checks the pictures of a run again. More than was reserved is a fault of the
// runner. It is recorded nevertheless, so that the next run meets the limit.
func (s *booker) recount(ctx context.Context, row *ledger.Run, r *sharinginternalv1.RunEnd) {
	if row.PicturesOver = max(0, r.GetPictures()-row.Pictures); row.PicturesOver > 0 {
		s.log.WarnContext(ctx, "runner exceeded its reservation", "run", row.ID, "reserved", row.Pictures, "done", r.GetPictures())
	}
}

package runs

import (
	"context"
	"strings"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// A link that its owner paused or the guard suspended refuses new runs and ends those in progress. Both get the same
// answer, and neither is charged. So visitors cannot tell whether the guard has found something.

// reasonPaused is the reason of a run that ended because its link was stopped.
const reasonPaused = "SHARE_PAUSED"

// stopped reports whether a run ends because its link was stopped: the vault says so, or
// the runner does and it is true now.
func (s *booker) stopped(ctx context.Context, row ledger.Run, r *sharinginternalv1.RunEnd, verdict vaultinternalv1.Verdict) (bool, error) {
	if verdict == vaultinternalv1.Verdict_VERDICT_STOPPED {
		return true, nil
	}
	if row.Share == "" || r.GetReason() != reasonPaused {
		return false, nil
	}
	opened, err := s.resolver.ByUIDNow(ctx, row.Share)
	if errs.CodeOf(err) == codes.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return opened.Share.State == sharingv1.ShareState_SHARE_STATE_PAUSED || opened.Suspended(), nil
}

// bookStopped ends a run without a charge. It leaves no row of a run that used nothing.
func (s *booker) bookStopped(ctx context.Context, row ledger.Run, r *sharinginternalv1.RunEnd, items []*sharingv1.LineItem) (b booking, err error) {
	if len(items) == 0 {
		b, err = s.unbook(ctx, row)
	} else {
		row.State, row.Reason, row.Message, row.Steps = ledger.Stopped, reasonPaused, "the link was stopped during the run", ledger.StepsText(withoutReasons(r.GetSteps()))
		b, err = s.book(ctx, ledger.End{Run: row, Items: items})
	}
	b.instead = shares.Paused()
	return b, err
}

// bookWithheld ends a run whose texts must not leave it. To its caller it looks like a run
// whose provider failed.
func (s *booker) bookWithheld(ctx context.Context, row ledger.Run, r *sharinginternalv1.RunEnd, items []*sharingv1.LineItem) (booking, error) {
	failure := withheld()
	row.State, row.Reason, row.Message = int64(sharingv1.RunState_RUN_STATE_FAILED), providerFailed, failure.Message()
	row.Steps = ledger.StepsText(failedAtCall(r.GetSteps(), items))
	b, err := s.book(ctx, ledger.End{Run: row, Items: items})
	b.instead = failure
	return b, err
}

func withheld() *errs.Error {
	return errs.Unavailable("a provider cannot be reached or closed the connection").WithReason(errorsv1.Reason_REASON_PROVIDER_FAILED)
}

// endedBefore answers for a run that has ended. The texts of the request were not judged
// with that end, because the reaper wrote it or they belong to another end. So they must
// not leave the run.
func (s *booker) endedBefore(ctx context.Context, row ledger.Run, r *sharinginternalv1.RunEnd) (booking, error) {
	b, err := s.bookedBefore(ctx, row)
	switch {
	case row.State == ledger.Stopped:
		b.uncounted, b.instead = true, shares.Paused()
	case len(r.GetLeaving()) > 0 && !reported(row, r):
		b.instead = withheld()
	}
	return b, err
}

// reported reports whether the end in the ledger is the one that the runner reports. A run
// whose texts were withheld failed too, but for another reason.
func reported(row ledger.Run, r *sharinginternalv1.RunEnd) bool {
	return row.State == int64(r.GetState()) && row.Reason == storable(r.GetReason()) && row.Message == storable(r.GetMessage())
}

// storable removes NUL, which PostgreSQL cannot store. A message may quote an input, and a
// visitor must not be able to prevent the booking of a run.
func storable(text string) string { return strings.ReplaceAll(text, "\x00", "") }

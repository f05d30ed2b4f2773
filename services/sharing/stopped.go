package sharing

import (
	"context"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// A link that is stopped, by its owner or the guard, refuses runs and ends those that go
// on; both are told the same, and neither is charged. So it cannot be told whether the
// guard has found something.

// notStopped asks the vault, at this moment, whether the guard has stopped a link with
// hidden credentials: what is remembered of it may be a moment old, in which no run may
// begin. It costs runs with hidden credentials one question, and others nothing.
func (s *Service) notStopped(ctx context.Context, d *decision) error {
	if d.right == nil || !d.right.Share.Hidden() {
		return nil
	}
	grant, err := s.peers.CredentialGrantNow(ctx, d.right.Name())
	if err != nil {
		return err
	}
	if peers.WaitsForOwner(grant) {
		s.resolver.Forget()
		return shares.Paused()
	}
	return nil
}

// stopped reports whether a run ends because its link was stopped: the vault says so, or
// the runner does and it is true.
func (s *Service) stopped(ctx context.Context, row ledger.Run, r *sharinginternalv1.RunEnd, verdict vaultinternalv1.Verdict) (bool, error) {
	if verdict == vaultinternalv1.Verdict_VERDICT_STOPPED {
		return true, nil
	}
	if row.Share == "" || r.GetReason() != reasonPaused {
		return false, nil
	}
	right, err := s.resolver.ByUIDNow(ctx, row.Share)
	if errs.CodeOf(err) == codes.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return right.Share.State == sharingv1.ShareState_SHARE_STATE_PAUSED || right.Suspended(), nil
}

// reasonPaused is how a run's end names the refusal.
const reasonPaused = "SHARE_PAUSED"

// bookStopped ends a run that is not charged. Of one that used nothing, nothing stays.
func (s *Service) bookStopped(ctx context.Context, row ledger.Run, r *sharinginternalv1.RunEnd, items []*sharingv1.LineItem) (b booking, err error) {
	if len(items) == 0 {
		b, err = s.unbook(ctx, row)
	} else {
		row.State, row.Reason, row.Message, row.Steps = ledger.Stopped, reasonPaused, "the link was stopped while it went on", ledger.StepsText(r.GetSteps())
		b, err = s.book(ctx, ledger.End{Run: row, Items: items})
	}
	b.instead = shares.Paused()
	return b, err
}

// bookWithheld ends a run whose texts must not leave it like one whose provider failed.
func (s *Service) bookWithheld(ctx context.Context, row ledger.Run, items []*sharingv1.LineItem) (booking, error) {
	failure := withheld()
	row.State, row.Reason, row.Message = int64(sharingv1.RunState_RUN_STATE_FAILED), "PROVIDER_FAILED", failure.Message()
	b, err := s.book(ctx, ledger.End{Run: row, Items: items})
	b.instead = failure
	return b, err
}

func withheld() *errs.Error {
	return errs.Unavailable(errorsv1.Reason_REASON_PROVIDER_FAILED, "a provider cannot be reached, or broke off")
}

// endedBefore is a run that has ended. Texts that were not judged with its end must not
// leave it: it was settled without them, or they are not those of its end.
func (s *Service) endedBefore(ctx context.Context, row ledger.Run, r *sharinginternalv1.RunEnd) (booking, error) {
	b, err := s.bookedBefore(ctx, row)
	switch {
	case row.State == ledger.Stopped:
		b.instead = shares.Paused()
	case len(r.GetLeaving()) > 0 && row.State != int64(r.GetState()):
		b.instead = withheld()
	}
	return b, err
}

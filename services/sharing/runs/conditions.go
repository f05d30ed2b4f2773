package runs

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// whyPaused is why a run must end whose link its owner paused or the guard suspended.
const whyPaused = "the link was paused"

const whyDeleted = "the workflow was deleted"

// mayNot says which condition of a run no longer holds, or "". The answers that it reads
// are at most 400 ms old.
func (s *renewer) mayNot(ctx context.Context, have *lease) (string, error) {
	key, err := s.peers.Key(ctx, have.row.ChargedKey)
	if err != nil {
		return "", err
	}
	if !key.GetActive() {
		return "the key that it is charged to was revoked", nil
	}
	if have.row.Share != "" {
		return s.mayNotShare(ctx, have)
	}
	if have.row.Workflow == "" { // an inline definition
		return "", nil
	}
	deleted, err := s.resolver.IsDeleted(ctx, have.row.Workflow)
	if err != nil || !deleted {
		return "", err
	}
	return whyDeleted, nil
}

func (s *renewer) mayNotShare(ctx context.Context, have *lease) (string, error) {
	opened, err := s.resolver.ByUID(ctx, have.row.Share)
	if errs.CodeOf(err) == codes.NotFound {
		return whyDeleted, nil
	}
	if err != nil {
		return "", err
	}
	return have.broken(opened, s.now()), nil
}

// broken says which condition of a run through a link no longer holds, or "".
func (l *lease) broken(opened *shares.Resolved, now time.Time) string {
	share := opened.Share
	switch {
	case opened.Workflow.Deleted != 0:
		return whyDeleted
	case share.State == sharingv1.ShareState_SHARE_STATE_REVOKED || share.LinkEpoch != l.conditions.Epoch:
		return "the link was withdrawn"
	case share.State != sharingv1.ShareState_SHARE_STATE_ACTIVE || opened.Suspended() && !l.causedSuspension(opened):
		return whyPaused
	case share.Expires != 0 && now.UnixMicro() >= share.Expires:
		return "the link has expired"
	case l.conditions.Owner && (share.RunAccess != sharingv1.RunAccess_RUN_ACCESS_OWNER || share.ChargedKey != l.row.ChargedKey):
		return "its owner does not pay for it any more"
	case l.conditions.Hidden && (!share.Hidden() || !opened.Grant.GetExists() || opened.Grant.GetVersionHash() != l.row.VersionHash):
		return "the owner's credentials were withdrawn"
	}
	return ""
}

// causedSuspension reports whether an answer to this run made the guard suspend the link.
// The run is not told: it fails like one whose provider failed.
func (l *lease) causedSuspension(opened *shares.Resolved) bool {
	return opened.Grant.GetSuspension().GetRun() == l.row.ID
}

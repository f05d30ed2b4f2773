package runs

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// whyPaused is why a run must end whose link its owner paused or the guard suspended.
const whyPaused = "the link was paused"

const whyDeleted = "the workflow was deleted"

// checker checks the conditions that runs were admitted under.
type checker struct {
	resolver *shares.Resolver
	peers    *peers.Peers
	now      func() time.Time
}

// broken says which condition of a run no longer holds, or "". The answers that it reads
// are at most 400 ms old.
func (c *checker) broken(ctx context.Context, have *lease) (string, error) {
	key, err := c.peers.Key(ctx, have.row.ChargedKey)
	if err != nil {
		return "", err
	}
	if !key.GetActive() {
		return "the key that it is charged to was revoked", nil
	}
	if have.row.Share != "" {
		return c.brokenOfLink(ctx, have)
	}
	if have.row.Workflow == "" { // an inline definition
		return "", nil
	}
	deleted, err := c.resolver.IsDeleted(ctx, have.row.Workflow)
	if err != nil || !deleted {
		return "", err
	}
	return whyDeleted, nil
}

func (c *checker) brokenOfLink(ctx context.Context, have *lease) (string, error) {
	opened, err := c.resolver.ByUID(ctx, have.row.Share)
	if errs.CodeOf(err) == codes.NotFound {
		return whyDeleted, nil
	}
	if err != nil {
		return "", err
	}
	return have.brokenBy(opened, c.now()), nil
}

// brokenBy says which condition of a run no longer holds with what its link opens now, or
// "".
func (l *lease) brokenBy(opened *shares.Resolved, now time.Time) string {
	share := opened.Share
	switch {
	case opened.Workflow.Deleted != 0:
		return whyDeleted
	case share.State == sharingv1.ShareState_SHARE_STATE_REVOKED || share.LinkEpoch != l.conditions.Epoch:
		return "the link was revoked"
	case opened.Halted != "":
		return "the operator suspended the link"
	case l.conditions.Gate != nil && share.GateEpoch != *l.conditions.Gate:
		return "the gate of the link changed"
	case share.State != sharingv1.ShareState_SHARE_STATE_ACTIVE || opened.Suspended() && !l.causedSuspension(opened):
		return whyPaused
	case !share.InTime(now):
		return "the link has expired, or its start was moved"
	case share.RunDisabled:
		return "its owner turned runs off"
	case l.conditions.Owner && (share.RunAccess != sharingv1.RunAccess_RUN_ACCESS_OWNER || share.ChargedKey != l.row.ChargedKey):
		return "its owner turned run access off"
	case l.conditions.Hidden && (!share.Hidden() || !opened.Grant.GetExists() || opened.Grant.GetVersionHash() != l.row.VersionHash):
		return "its owner stopped the use of hidden credentials"
	}
	return ""
}

// causedSuspension reports whether an answer to this run made the guard suspend the link.
// The run is not told: it fails like one whose provider failed.
func (l *lease) causedSuspension(opened *shares.Resolved) bool {
	return opened.Grant.GetSuspension().GetRun() == l.row.ID
}

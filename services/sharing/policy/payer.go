package policy

import (
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// maxAttempts bounds the calls of a step in a run that uses nothing of another workspace.
const maxAttempts = 1000

// useLink makes the run one through a link.
func (d *Decision) useLink(opened *shares.Resolved) {
	d.Link, d.Owner, d.Workflow, d.Version = opened, opened.Share.Workspace, opened.Workflow, opened.Version.Number
	d.Analysis, d.Sinks = opened.Analysis, opened.Share.Sinks
}

// choosePayer decides whose key is charged. There is no fallback to another key.
func (d *Decision) choosePayer() {
	switch {
	case d.Link != nil && d.Link.OwnerPays():
		d.Charged, d.PaidByOwner = d.Link.Share.ChargedKey, true
	case d.Principal.Kind == caller.Guest:
		d.Charged = rpc.GuestKey
	default:
		d.Charged = d.Principal.Key
	}
}

// payingWorkspace returns the workspace whose private models the run may use: that of the
// charged key. The guest key is in the operator's workspace and must not open its models.
func (d *Decision) payingWorkspace() string {
	if d.Charged == rpc.GuestKey && !d.PaidByOwner {
		return peers.Stranger
	}
	return resource.Segment(d.Charged, 0)
}

// deadKey returns the error for a key that cannot be charged.
func (d *Decision) deadKey() error {
	switch {
	case d.PaidByOwner:
		return errs.FailedPrecondition(errorsv1.Reason_REASON_RUN_REVOKED,
			"the key that this link's runs are charged to was revoked; its owner must choose another key")
	case d.Charged == rpc.GuestKey:
		return errs.PermissionDenied("this link needs a key to run; send your own key")
	default:
		return errs.Unauthenticated("the key is revoked; use another key")
	}
}

// attempts returns how many calls each step may make. With hidden credentials one run must
// not use up what the owner meant for all visitors. It gets previewCalls at most, half of
// the share's calls at most, divided among the slots, and no more than are left now. A step
// that needs more is refused before its first call. One call is always allowed: the vault
// refuses it if none is left.
func (d *Decision) attempts(previewCalls int32) int32 {
	if !d.hidden() || len(d.Slots) == 0 {
		return maxAttempts
	}
	half := d.Link.Share.Calls / 2 / int64(len(d.Slots))
	return int32(max(1, min(half, d.Link.Grant.GetCallsLeft(), int64(previewCalls))))
}

package shares

import (
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// What a caller may do with a link that ByToken returned. Each way into a link asks one of these.

// InTime reports whether the link works at a time.
func (s *Share) InTime(now time.Time) bool {
	at := now.UnixMicro()
	return s.Starts <= at && (s.Expires == 0 || at < s.Expires)
}

// halted returns an error if the operator has suspended the link or its workspace.
func (r *Resolved) halted() error {
	if r.Halted == "" {
		return nil
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_SUSPENDED_BY_OPERATOR, "the operator of this installation has suspended this link: %s", r.Halted)
}

// Visible returns an error if the link shows nothing now. A paused link shows its
// workflow and allows forks, because neither uses anything of the owner's.
func (r *Resolved) Visible(now time.Time) error {
	if err := r.halted(); err != nil {
		return err
	}
	switch share := r.Share; {
	case share.InTime(now):
		return nil
	case now.UnixMicro() < share.Starts:
		start := time.UnixMicro(share.Starts).UTC().Format(time.RFC3339)
		return errs.FailedPrecondition(errorsv1.Reason_REASON_SHARE_NOT_STARTED, "this link works from %s on; open it then", start).With("start_time", start)
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_SHARE_EXPIRED, "this link has expired; ask its owner for a new one")
}

// Runnable returns an error if no run may begin now. Visitors get the same answer for a
// link that the guard suspended and for one that its owner paused. If they could tell the
// two apart, they would know that the guard has found something.
func (r *Resolved) Runnable(now time.Time) error {
	if err := r.Visible(now); err != nil {
		return err
	}
	if r.Share.RunDisabled {
		return refused("run", "the owner does not let visitors run this workflow; the link shows it only")
	}
	return r.Moving()
}

// Moving returns an error if the link is stopped: its owner paused it, or the guard suspended it.
func (r *Resolved) Moving() error {
	if r.Share.State != sharingv1.ShareState_SHARE_STATE_ACTIVE || r.Suspended() {
		return Paused()
	}
	return nil
}

// Paused refuses a run through a link that its owner paused or the guard suspended.
func Paused() error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_SHARE_PAUSED, "this link is paused; its owner can resume it")
}

// Forkable returns an error if the link may not be copied. A fork has the definition, so it needs the
// view.
func (r *Resolved) Forkable() error {
	switch {
	case r.Share.ViewDisabled:
		return refused("view", "the owner does not show this workflow, so it cannot be forked; the link runs it only")
	case r.Share.ForkDisabled:
		return refused("fork", "the owner does not allow forks of this workflow")
	}
	return nil
}

func refused(permission, text string) error {
	return errs.PermissionDenied("%s", text).WithReason(errorsv1.Reason_REASON_SHARE_PERMISSION_DENIED).With("permission", permission)
}

// Shown returns the definition and the graph that visitors see: none if the owner does not show them.
func (r *Resolved) Shown() (definition []byte, graph *sharingv1.Graph) {
	if r.Share.ViewDisabled {
		return nil, nil
	}
	return r.Analysis.Redacted, r.Analysis.Graph
}

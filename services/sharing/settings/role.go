package settings

import (
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// checkRole lets only an owner touch a share that opens the owner's key or credentials, or
// opened them before. An editor may pause such a share, because that takes a right away.
func (e *edit) checkRole(who caller.Principal) error {
	if who.Kind == caller.Member || e.paused || !e.row.Opened() && !e.before.Opened() {
		return nil
	}
	return errs.PermissionDenied("this link uses an owner's key or credentials, so only an owner of the workspace may change it; you may pause it")
}

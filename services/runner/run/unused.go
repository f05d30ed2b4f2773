package run

import (
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// unused reports whether a run failed before anything with a cost happened: a request, a model or
// a successful step. A picture that cannot be decoded may fail only in the first step that needs
// its pixels, so a run that fails there is unused too.
func (r *run) unused(failure *errs.Error) bool {
	if failure == nil || r.out.Calls() > 0 || len(r.ledger.List()) > 0 {
		return false
	}
	began, succeeded := r.steps.Progress()
	return !began || !succeeded && aboutPicture(failure.Reason())
}

func aboutPicture(reason errorsv1.Reason) bool {
	return reason == errorsv1.Reason_REASON_IMAGE_INVALID || reason == errorsv1.Reason_REASON_IMAGE_TOO_LARGE
}

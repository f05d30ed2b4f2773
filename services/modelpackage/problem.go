package modelpackage

import (
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// problem says why a model cannot be used and what to change. It is written for the model's
// owner, and names nothing but the files and shapes of the model.
func problem(format string, args ...any) *errs.Error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_MODEL_INVALID, format, args...)
}

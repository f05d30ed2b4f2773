package models

import (
	"errors"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/models/decode"
)

func badPackage(format string, args ...any) *errs.Error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_MODEL_INVALID, format, args...)
}

// failed explains a worker's failure to a stranger: which model failed and how. It omits
// the runtime's message, which describes the inside of the model.
func failed(id string, err error) error {
	f, ok := errors.AsType[*modelworker.Failure](err)
	if !ok {
		return err
	}
	reason := errorsv1.Reason_REASON_MODEL_FAILED
	var public *errs.Error
	switch f.Kind {
	case modelworker.Unavailable:
		public = errs.Unavailable("no model worker could be started; try again later")
	case modelworker.TooLarge:
		public = errs.ResourceExhausted(reason, "model %q exceeded its memory limit on this input", id)
	case modelworker.TimedOut:
		public = errs.DeadlineExceeded("model %q exceeded its time limit; try a smaller picture or a smaller model", id).WithReason(reason)
	case modelworker.Crashed:
		public = errs.FailedPrecondition(reason, "model %q crashed on this input; other runs are not affected", id)
	default:
		public = errs.FailedPrecondition(reason, "model %q could not be run on this input", id)
	}
	return public.With("model", id).Because(err)
}

// tooLarge explains that masks are too large.
func tooLarge(err error) error {
	if errors.Is(err, decode.ErrMasks) {
		return errs.ResourceExhausted(errorsv1.Reason_REASON_MODEL_FAILED, "%s", decode.ErrMasks)
	}
	return err
}

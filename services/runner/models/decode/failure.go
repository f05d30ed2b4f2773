package decode

import (
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
)

// undeclared is the error for an output that is not what the model's file declares.
func undeclared(m *modelpackage.Model, out modelworker.Output) error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_MODEL_INVALID,
		"the model's output %v differs from the one it declared: it does not fit a model for %s with the layout %s; upload a model whose file declares its real output", out.Shape, m.Task, m.Layout)
}

package inputs

import (
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// contextInput is the context of a refusal of inputs in Roboflow's engine, which clients know.
const contextInput = "workflow_execution | runtime_input_validation"

// Refusal marks a refusal of inputs as clients of the language know it.
func Refusal(e *errs.Error) *errs.Error {
	return e.With("errorType", string(engine.RuntimeInput)).With("context", contextInput)
}

package flow

import (
	"errors"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// newInnerWorkflow refuses a step that names a saved workflow. A save writes the definition
// of that workflow into the step, and the compiler replaces a step with a definition. So no
// such step should reach a run.
func newInnerWorkflow(engine.Step) (engine.Block, error) {
	return nil, errors.New("the step names a saved workflow, whose version is fixed when the workflow around it is saved; save that, or write the definition into workflow_definition")
}

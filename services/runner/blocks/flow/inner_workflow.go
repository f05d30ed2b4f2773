package flow

import (
	"errors"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// newInnerWorkflow refuses a step that names a saved workflow. The compiler replaces a step
// that holds a definition, and a save writes the saved one into the step.
func newInnerWorkflow(engine.Step) (engine.Block, error) {
	return nil, errors.New("the step names a saved workflow, whose version is fixed when the workflow around it is saved; save that, or write the definition into workflow_definition")
}

package flow

import (
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/continue_if@v1":                newContinueIf,
		"roboflow_core/dimension_collapse@v1":         newDimensionCollapse,
		"roboflow_core/first_non_empty_or_default@v1": newFirstNonEmpty,
		rewrite.SecretsStore:                          newSecretsStore,
		plan.InnerWorkflow:                            newInnerWorkflow,
		"roboflow_core/switch_case@v1":                newSwitchCase,
	}
}

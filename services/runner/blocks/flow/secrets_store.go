package flow

import (
	"context"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// newSecretsStore makes the block that names credentials. Its references were replaced by the credentials before the
// run. Nothing reads its outputs, so they are empty.
func newSecretsStore(step engine.Step) (engine.Block, error) {
	outputs := engine.Outputs{}
	names, _ := step.Fields["variables_storing_secrets"].([]any)
	for _, name := range names {
		if text, ok := name.(string); ok {
			outputs[strings.ToLower(text)] = nil
		}
	}
	return engine.BlockFunc(func(context.Context, *engine.Call) (engine.Result, error) { return engine.One(outputs), nil }), nil
}

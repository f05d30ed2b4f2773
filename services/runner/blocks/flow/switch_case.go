package flow

import (
	"context"
	"fmt"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newSwitchCase makes the block that continues with one of several steps: the one whose case
// equals the value, as text.
func newSwitchCase(step engine.Step) (engine.Block, error) {
	fold := func(s string) string { return s }
	if step.Fields["case_insensitive"] == true {
		fold = strings.ToLower
	}
	cases, _ := step.Fields["cases"].(map[string]any)
	targets := make(map[string]string, len(cases))
	for name, target := range cases {
		if _, twice := targets[fold(name)]; twice {
			return nil, fmt.Errorf("two cases are %q, ignoring case; remove one of them", fold(name))
		}
		targets[fold(name)], _ = target.(string)
	}
	var otherwise []string
	listed, _ := step.Fields["default_next_steps"].([]any)
	for _, target := range listed {
		if selector, ok := target.(string); ok {
			otherwise = append(otherwise, selector)
		}
	}
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		if target := targets[fold(value.Text(call.Arg("value")))]; target != "" {
			return engine.Next(target), nil
		}
		if len(otherwise) == 0 {
			return engine.Stop(), nil
		}
		return engine.Next(otherwise...), nil
	}), nil
}

// Package parameter is what blocks with a map of named values have in common:
// each value may go through operations of the query language first.
package parameter

import (
	"context"
	"fmt"
	"maps"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
)

// Operations are chains by the name of the parameter that goes through them.
type Operations map[string]query.Operations

// Parse reads a field of operations, compiled or as the definition has it.
func Parse(step engine.Step, field string) (Operations, error) {
	chains, _ := step.Fields[field].(map[string]any)
	parsed := make(Operations, len(chains))
	for name, chain := range chains {
		if compiled, ok := chain.(query.Operations); ok {
			parsed[name] = compiled
			continue
		}
		ops, problems := query.ParseOperations(chain)
		if len(problems) > 0 {
			return nil, fmt.Errorf("%s.%s%s: %s", field, name, problems[0].Path, problems[0].Message)
		}
		parsed[name] = ops
	}
	return parsed, nil
}

// Apply takes the map in a field through the operations. What it returns is the
// caller's to change.
func (o Operations) Apply(ctx context.Context, call *engine.Call, field string) (map[string]any, error) {
	given, _ := call.Arg(field).(map[string]any)
	values := maps.Clone(given)
	for name, chain := range o {
		v, ok := values[name]
		if !ok {
			continue
		}
		shaped, err := chain.Apply(ctx, v, query.Scope{Codec: call.Codec, Now: call.Now})
		if err != nil {
			return nil, fmt.Errorf("parameter %q: %w", name, err)
		}
		values[name] = shaped
	}
	return values, nil
}

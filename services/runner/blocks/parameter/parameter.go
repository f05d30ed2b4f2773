// Package parameter serves blocks that take a map of named values: each value may pass
// through operations of the query language first.
package parameter

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
)

// Operations maps names of parameters to their chains of operations.
type Operations map[string]query.Operations

// Parse reads a field of operations, compiled or as JSON of the definition.
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

// Placeholders matches {{ $parameters.name }} in a text of the definition.
var Placeholders = regexp.MustCompile(`\{\{\s*\$parameters\.(\w+)\s*\}\}`)

// Fill writes values into the placeholders of a text. It passes over the text once, so placeholders inside of values
// are not expanded. A name without a value keeps its placeholder, as in Roboflow's engine. It refuses a result of more
// than most bytes before it makes one, because a short text may name a long value thousands of times.
func Fill(text string, values map[string]string, most int) (string, error) {
	places := Placeholders.FindAllStringSubmatchIndex(text, -1)
	size := len(text)
	for _, at := range places {
		if v, ok := values[text[at[2]:at[3]]]; ok {
			size += len(v) - (at[1] - at[0])
		}
	}
	if size > most {
		return "", engine.Failf(engine.LimitsCaused, "with its parameters the text is longer than %d KiB", most>>10)
	}
	var b strings.Builder
	b.Grow(size)
	from := 0
	for _, at := range places {
		if v, ok := values[text[at[2]:at[3]]]; ok {
			b.WriteString(text[from:at[0]])
			b.WriteString(v)
			from = at[1]
		}
	}
	b.WriteString(text[from:])
	return b.String(), nil
}

// Apply applies the operations to the map in a field. The caller may change the result.
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

// Of returns the parameters of one element of a batch: a parameter has one value for all
// elements, or one for each.
func Of(call *engine.Call, field string, element int) map[string]any {
	given, _ := call.Arg(field).(map[string]any)
	out := make(map[string]any, len(given))
	for name, v := range given {
		if batch, ok := v.(*engine.Batch); ok {
			v = batch.Values[element]
		}
		out[name] = v
	}
	return out
}

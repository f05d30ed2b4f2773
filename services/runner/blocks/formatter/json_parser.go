package formatter

import (
	"context"
	"regexp"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newJSONParser makes the block that parses a language model's JSON, plain or in a fenced
// code block.
func newJSONParser(step engine.Step) (engine.Block, error) {
	listed, _ := step.Fields["expected_fields"].([]any)
	expected := make([]string, 0, len(listed))
	for _, name := range listed {
		if text, ok := name.(string); ok {
			expected = append(expected, text)
		}
	}
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		text, ok := call.Arg("raw_json").(string)
		if !ok {
			return engine.None(), engine.Failf(engine.QueryInput, "raw_json must be a string")
		}
		return engine.One(parse(text, expected)), nil
	}), nil
}

// fence matches the first fenced code block of a text.
var fence = regexp.MustCompile("(?is)```json\\s*\n(.*?)\n?\\s*```")

// parse never fails. For text that is not JSON it sets error_status to true and the fields
// to null, so the workflow can decide how to continue.
func parse(text string, expected []string) engine.Outputs {
	if found := fence.FindStringSubmatch(text); found != nil {
		text = found[1]
	}
	outputs := make(engine.Outputs, len(expected)+1)
	read, _ := value.Decode([]byte(text))
	object, ok := read.(map[string]any)
	missing := !ok
	for _, name := range expected {
		field, found := object[name]
		missing = missing || !found
		outputs[name] = field
	}
	outputs["error_status"] = missing
	return outputs
}

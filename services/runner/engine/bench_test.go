package engine_test

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// BenchmarkTwoSteps is a run without models: two formatters in sequence.
func BenchmarkTwoSteps(b *testing.B) {
	w := compile(b, document(`{"type": "WorkflowParameter", "name": "name"}`,
		`{"type": "roboflow_core/property_definition@v1", "name": "upper", "data": "$inputs.name", "operations": [{"type": "StringToUpperCase"}]},
		 {"type": "roboflow_core/string_template@v1", "name": "greet", "template": "Hello {who}", "data": {"who": "$steps.upper.output"}}`,
		output("text", "$steps.greet.output")), echo)
	request := engine.Request{Inputs: map[string]any{"name": "world"}}
	b.ReportAllocs()
	for b.Loop() {
		got, err := w.Run(b.Context(), request)
		if err != nil || got[0]["text"] != "Hello WORLD" {
			b.Fatal(got, err)
		}
	}
}

// BenchmarkBatch is the same over a batch, with a level that is added and joined again.
func BenchmarkBatch(b *testing.B) {
	w := compile(b, document(batchInput,
		`{"type": "split", "name": "split", "data": "$inputs.list"},
		 {"type": "probe", "name": "each", "data": "$steps.split.output"},
		 {"type": "join", "name": "join", "data": "$steps.each.output"}`,
		output("joined", "$steps.join.output")), echo)
	list := make([]any, 10)
	for i := range list {
		list[i] = []any{"a", "b", "c", "d"}
	}
	request := engine.Request{Inputs: map[string]any{"list": list}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Run(b.Context(), request); err != nil {
			b.Fatal(err)
		}
	}
}

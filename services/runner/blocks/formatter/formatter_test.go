package formatter_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/formatter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// run compiles and runs a workflow of one step, which is written as JSON.
func run(t *testing.T, step string, inputs map[string]any, outputs string) (map[string]any, error) {
	t.Helper()
	definition := `{"version": "1.3.0", "inputs": [{"type": "WorkflowParameter", "name": "x"}], "steps": [` + step + `],
	  "outputs": [{"type": "JsonField", "name": "out", "selector": "$steps.s.` + outputs + `"}]}`
	p, _, problems := plan.Load([]byte(definition), manifest.Core())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, err := engine.Compile(p, formatter.Blocks())
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Run(t.Context(), engine.Request{Inputs: inputs})
	if err != nil {
		return nil, err
	}
	return got[0], nil
}

func TestPropertyDefinition(t *testing.T) {
	t.Parallel()
	step := `{"type": "PropertyDefinition", "name": "s", "data": "$inputs.x", "operations": [{"type": "SequenceLength"}, {"type": "Multiply", "other": 2}]}`
	got, err := run(t, step, map[string]any{"x": []any{1, 2, 3}}, "output")
	if err != nil || got["out"] != int64(6) {
		t.Errorf("got %v, %v", got, err)
	}
	_, err = run(t, step, map[string]any{"x": 5}, "output")
	fault, ok := errors.AsType[*engine.Fault](err)
	if !ok || fault.Class != engine.QueryInput || fault.Step != "s" {
		t.Errorf("got %v", err)
	}
}

func TestExpression(t *testing.T) {
	t.Parallel()
	step := `{"type": "Expression", "name": "s", "data": {"n": "$inputs.x"}, "data_operations": {"n": [{"type": "ToNumber", "cast_to": "int"}]},
	  "switch": {"type": "CasesDefinition", "default": {"type": "StaticCaseResult", "value": "few"}, "cases": [{"type": "CaseDefinition",
	    "condition": {"type": "StatementGroup", "statements": [{"type": "BinaryStatement", "comparator": {"type": "(Number) >"},
	      "left_operand": {"type": "DynamicOperand", "operand_name": "n"}, "right_operand": {"type": "StaticOperand", "value": 10}}]},
	    "result": {"type": "DynamicCaseResult", "parameter_name": "n", "operations": [{"type": "Multiply", "other": -1}]}}]}}`
	for given, want := range map[string]any{"11": int64(-11), "9": "few"} {
		got, err := run(t, step, map[string]any{"x": given}, "output")
		if err != nil || got["out"] != want {
			t.Errorf("%s: got %v, %v", given, got, err)
		}
	}
}

// Placeholders inside a value are not replaced.
func TestStringTemplate(t *testing.T) {
	t.Parallel()
	step := `{"type": "roboflow_core/string_template@v1", "name": "s", "template": "{x} and {unknown} and {{ x }} { y } {\"a\": 1}",
	  "data": {"x": "$inputs.x", "y": 1.0}}`
	got, err := run(t, step, map[string]any{"x": "{y}{x}"}, "output")
	if err != nil {
		t.Fatal(err)
	}
	if want := `{y}{x} and {unknown} and {{y}{x}} 1.0 {"a": 1}`; got["out"] != want {
		t.Errorf("got %q, want %q", got["out"], want)
	}
	_, err = run(t, step, map[string]any{"x": strings.Repeat("a", 600_000)}, "output")
	if fault, ok := errors.AsType[*engine.Fault](err); !ok || fault.Class != engine.LimitsCaused {
		t.Errorf("got %v", err)
	}
}

func TestJSONParser(t *testing.T) {
	t.Parallel()
	step, err := formatter.Blocks()["roboflow_core/json_parser@v1"](engine.Step{Fields: map[string]any{"expected_fields": []any{"a", "b"}}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]map[string]any{
		`{"a": 1, "b": [2.0]}`:                      {"a": int64(1), "b": []any{2.0}, "error_status": false},
		"Sure!\n```JSON\n{\"a\": 1, \"b\": 2}\n```": {"a": int64(1), "b": int64(2), "error_status": false},
		`{"a": null}`:                               {"a": nil, "b": nil, "error_status": true},
		`not JSON`:                                  {"a": nil, "b": nil, "error_status": true},
		`[1]`:                                       {"a": nil, "b": nil, "error_status": true},
	} {
		call := blocktest.Call(&engine.Env{}, &engine.Step{}, map[string]any{"raw_json": text})
		got, err := step.Run(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(engine.One(want), got, cmp.AllowUnexported(engine.Result{})); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

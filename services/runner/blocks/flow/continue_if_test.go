package flow_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/flow"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
)

func TestContinueIf(t *testing.T) {
	t.Parallel()
	statement, problems := query.ParseStatement(map[string]any{
		"type": "StatementGroup", "statements": []any{map[string]any{
			"type": "UnaryStatement", "operator": map[string]any{"type": "(Boolean) is True"},
			"operand": map[string]any{"type": "DynamicOperand", "operand_name": "x"},
		}},
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	step := engine.Step{Name: "gate", Fields: map[string]any{"condition_statement": statement, "next_steps": []any{"$steps.a", "$steps.b"}}}
	block, err := flow.Blocks()["roboflow_core/continue_if@v1"](step)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	env := &engine.Env{Now: func() time.Time { return now }}
	call := blocktest.Call(env, &step, nil)
	goesOn, stops := engine.Next("$steps.a", "$steps.b"), engine.Stop()
	for i, c := range []struct {
		after  time.Duration
		x      bool
		delay  float64
		wanted engine.Result
	}{
		{0, false, 2, stops},
		{0, true, 0, goesOn},
		{0, false, 0, stops},
		{0, true, 2, goesOn},
		{time.Second, false, 2, goesOn},
		{2 * time.Second, false, 2, stops},
	} {
		now = now.Add(c.after)
		call.Args = map[string]any{"evaluation_parameters": map[string]any{"x": c.x}, "stop_delay": c.delay}
		got, err := block.Run(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.wanted, got, cmp.AllowUnexported(engine.Result{})); diff != "" {
			t.Errorf("call %d: %s", i, diff)
		}
	}
}

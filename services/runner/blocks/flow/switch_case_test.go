package flow_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/flow"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

func TestSwitchCase(t *testing.T) {
	t.Parallel()
	fields := map[string]any{
		"cases": map[string]any{"True": "$steps.a", "1.5": "$steps.b", "Red": "$steps.c"}, "default_next_steps": []any{"$steps.d", "$steps.e"},
	}
	for _, c := range []struct {
		value any
		fold  bool
		want  engine.Result
	}{
		{true, false, engine.Next("$steps.a")},
		{1.5, false, engine.Next("$steps.b")},
		{"red", false, engine.Next("$steps.d", "$steps.e")},
		{"rED", true, engine.Next("$steps.c")},
		{nil, true, engine.Next("$steps.d", "$steps.e")},
	} {
		fields["case_insensitive"] = c.fold
		step := engine.Step{Name: "s", Fields: fields}
		block, err := flow.Blocks()["roboflow_core/switch_case@v1"](step)
		if err != nil {
			t.Fatal(err)
		}
		got, err := block.Run(t.Context(), blocktest.Call(&engine.Env{}, &step, map[string]any{"value": c.value}))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(engine.Result{})); diff != "" {
			t.Errorf("%v: %s", c.value, diff)
		}
	}
	clash := engine.Step{Name: "s", Fields: map[string]any{"case_insensitive": true, "cases": map[string]any{"a": "$steps.a", "A": "$steps.b"}}}
	if _, err := flow.Blocks()["roboflow_core/switch_case@v1"](clash); err == nil {
		t.Error("two cases that differ by capitals were accepted")
	}
}

func TestCollapseAndFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		block string
		args  map[string]any
		want  any
	}{
		"a list":         {"dimension_collapse@v1", map[string]any{"data": &engine.Batch{Values: []any{1, nil, 3}}}, []any{1, nil, 3}},
		"an empty list":  {"dimension_collapse@v1", map[string]any{"data": &engine.Batch{}}, []any{}},
		"the first":      {"first_non_empty_or_default@v1", map[string]any{"data": []any{nil, false, 2}, "default": 9}, false},
		"the default":    {"first_non_empty_or_default@v1", map[string]any{"data": []any{nil, nil}, "default": 9}, 9},
		"no default set": {"first_non_empty_or_default@v1", map[string]any{"data": []any{nil}}, nil},
	} {
		step := engine.Step{Name: "s"}
		block, err := flow.Blocks()["roboflow_core/"+c.block](step)
		if err != nil {
			t.Fatal(err)
		}
		got, err := block.Run(t.Context(), blocktest.Call(&engine.Env{}, &step, c.args))
		want := engine.One(engine.Outputs{"output": c.want})
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(engine.Result{})); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

package workflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

func TestParseReadsWhatTheLanguageSays(t *testing.T) {
	t.Parallel()
	d, problems := workflow.Parse([]byte(`{"version":"1.0","id":"x","inputs":[
		{"type":"InferenceImage","name":"image","uistate":{}},
		{"type":"WorkflowParameter","name":"p","kind":["float",{"name":"integer"}],"default_value":null,"dimensionality":"0"},
		{"type":"WorkflowBatchInput","name":"b","dimensionality":2.0}],
		"steps":[{"type":"X","name":"s"}],
		"outputs":[{"type":"JsonField","name":"o","selector":"$steps.s.*","coordinates_system":"own"}]}`))
	if problems != nil {
		t.Fatal(problems)
	}
	type input struct {
		Type       workflow.InputType
		Kinds      []string
		Levels     int
		HasDefault bool
	}
	var got []input
	for _, in := range d.Inputs {
		got = append(got, input{in.Type, in.Kinds, in.Dimensionality, in.HasDefault})
	}
	want := []input{
		{workflow.InputImage, []string{"image"}, 1, false},
		{workflow.InputParameter, []string{"float", "integer"}, 0, true},
		{workflow.InputBatch, []string{"*"}, 2, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !d.Outputs[0].OwnCoordinates || d.Outputs[0].Selector != (workflow.Selector{Step: "s", Output: "*"}) {
		t.Errorf("output %+v", d.Outputs[0])
	}
}

func TestParseReportsEveryProblem(t *testing.T) {
	t.Parallel()
	_, problems := workflow.Parse([]byte(`{"inputs":[
		{"type":"WorkflowImage","name":"image","dimensionality":2},{"type":"Nonsense","name":"n"},{"name":"t"},7,
		{"type":"WorkflowParameter","name":"image","kind":"float"}],
		"steps":[{"name":"a","type":"X"},{"name":"a","type":"X"},{"type":"X"},{"name":3,"type":"X"}],
		"outputs":[{"type":"JsonField","name":"o","selector":"$steps.a"},{"type":"T","name":"o","selector":"$inputs.image","coordinates_system":"mars"}]}`))
	var got []string
	for _, p := range problems {
		got = append(got, string(p.Kind)+" "+p.Pointer)
	}
	want := []string{
		"syntax_error /version", "syntax_error /inputs/0/dimensionality", "syntax_error /inputs/1/type", "syntax_error /inputs/2/type",
		"syntax_error /inputs/3", "syntax_error /inputs/4/kind", "syntax_error /steps/2/name", "syntax_error /steps/3/name",
		"syntax_error /outputs/0/selector", "syntax_error /outputs/1/type", "syntax_error /outputs/1/coordinates_system",
		"duplicated_name /inputs/4/name", "duplicated_name /steps/1/name",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseRefusesWhatIsNoDefinition(t *testing.T) {
	t.Parallel()
	many := `{"version":"1.0","inputs":[],"outputs":[],"steps":[` + strings.Repeat(`{},`, workflow.MaxSteps) + `{}]}`
	for name, c := range map[string]struct {
		source string
		kind   workflow.Kind
	}{
		"no JSON":         {`{"version":`, workflow.KindSyntax},
		"a list":          {`[]`, workflow.KindSyntax},
		"a duplicate key": {`{"version":"1.0","version":"1.0","inputs":[],"steps":[],"outputs":[]}`, workflow.KindSyntax},
		"too large":       {strings.Repeat(" ", workflow.MaxBytes+1), workflow.KindLimit},
		"too deep":        {`{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, workflow.KindLimit},
		"too many steps":  {many, workflow.KindLimit},
		"a long name":     {`{"version":"1.0","inputs":[],"outputs":[],"steps":[{"type":"X","name":"` + strings.Repeat("a", 300) + `"}]}`, workflow.KindLimit},
	} {
		if _, problems := workflow.Parse([]byte(c.source)); !problems.Has(c.kind) {
			t.Errorf("%s: %v, want a %s", name, problems, c.kind)
		}
	}
}

func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	steps := strings.Repeat(`{},`, 900) + "{}"
	_, problems := workflow.Parse([]byte(`{"version":"1.0","inputs":[],"outputs":[],"steps":[` + steps + `]}`))
	if len(problems) == 0 || len(problems) > 500 {
		t.Errorf("%d problems", len(problems))
	}
}

func TestSelectors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]workflow.Selector{
		"$inputs.a-b_1": {Input: "a-b_1"}, "$steps.a.b": {Step: "a", Output: "b"}, "$steps.a.*": {Step: "a", Output: "*"}, "$steps.a": {Step: "a"},
	} {
		got, ok := workflow.ParseSelector(text)
		if !ok || got != want || got.String() != text {
			t.Errorf("%s: %+v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "$", "$inputs.", "$inputs.a.b", "$inputs.a b", "$steps.", "$steps.a.", "$steps..a", "$steps.a.b.c", "inputs.a", "$steps.ä"} {
		if got, ok := workflow.ParseSelector(text); ok {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}

func TestCoercions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value   any
		integer any
		float   any
		boolean any
	}{
		{int64(3), int64(3), 3.0, nil},
		{3.0, int64(3), 3.0, nil},
		{3.5, nil, 3.5, nil},
		{"3", int64(3), 3.0, nil},
		{"3.0", int64(3), 3.0, nil},
		{"0.5", nil, 0.5, nil},
		{true, int64(1), 1.0, true},
		{int64(1), int64(1), 1.0, true},
		{0.0, int64(0), 0.0, false},
		{"Yes", nil, nil, true},
		{"off", nil, nil, false},
		{"", nil, nil, nil},
		{nil, nil, nil, nil},
		{[]any{}, nil, nil, nil},
		{"0x1p3", nil, nil, nil},
		{1e300, nil, 1e300, nil},
	} {
		i, isInteger := workflow.CoerceInteger(c.value)
		f, isFloat := workflow.CoerceFloat(c.value)
		b, isBoolean := workflow.CoerceBoolean(c.value)
		if got := []any{maybe(i, isInteger), maybe(f, isFloat), maybe(b, isBoolean)}; !cmp.Equal(got, []any{c.integer, c.float, c.boolean}) {
			t.Errorf("%#v: got %v", c.value, got)
		}
	}
}

func maybe(v any, ok bool) any {
	if !ok {
		return nil
	}
	return v
}

func TestEveryKindHasAClass(t *testing.T) {
	t.Parallel()
	for _, kind := range []workflow.Kind{workflow.KindSyntax, workflow.KindLimit, workflow.KindCycle, workflow.KindAssumption, workflow.KindVersion, workflow.KindDynamicDisabled} {
		if kind.Class() == "" {
			t.Errorf("%s has no class", kind)
		}
	}
}

// FuzzParse: no panic, and what was parsed means the same after it is written again.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"i"}],"steps":[{"type":"X","name":"s","a":"$inputs.i"}],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.s.*"}]}`))
	f.Add([]byte(`{"version":"1.0","inputs":[{"type":"WorkflowBatchInput","name":"i","dimensionality":"2","kind":[{"name":"image"}]}],"steps":[],"outputs":[],"dynamic_blocks_definitions":[{}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, problems := workflow.Parse(raw)
		if d == nil {
			if len(problems) == 0 {
				t.Fatal("nothing was read and nothing was said")
			}
			return
		}
		again, err := document.Encode(d.Root.Value())
		if err != nil {
			t.Fatal(err)
		}
		if len(again) > workflow.MaxBytes {
			return
		}
		d2, problems2 := workflow.Parse(again)
		if d2 == nil || summary(d) != summary(d2) || len(problems) != len(problems2) {
			t.Fatalf("%s\nbecame\n%s\n%v\n%v", raw, again, problems, problems2)
		}
	})
}

func summary(d *workflow.Definition) string {
	var out []string
	for _, in := range d.Inputs {
		out = append(out, fmt.Sprintf("%s %s %v %d %v %v", in.Type, in.Name, in.Kinds, in.Dimensionality, in.Default, in.HasDefault))
	}
	for _, s := range d.Steps {
		out = append(out, s.Type+" "+s.Name)
	}
	for _, o := range d.Outputs {
		out = append(out, fmt.Sprint(o.Name, o.Selector, o.OwnCoordinates))
	}
	out = append(out, d.Version, fmt.Sprint(slices.Sorted(slices.Values(d.DynamicBlocks))))
	return strings.Join(out, "\n")
}

package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// innerStep returns a step that holds a definition.
func innerStep(name, bindings, definition string) string {
	return fmt.Sprintf(`{"type":"roboflow_core/inner_workflow@v1","name":%q,"parameter_bindings":{%s},"workflow_definition":%s}`, name, bindings, definition)
}

func definitionOf(inputs, steps, outputs string) string {
	return fmt.Sprintf(`{"version":"1.0","inputs":[%s],"steps":[%s],"outputs":[%s]}`, inputs, steps, outputs)
}

const (
	greeting = `{"type":"roboflow_core/string_template@v1","name":"greet","template":"hello {{ who }}","data":{"who":"$inputs.who"}}`
	greeted  = `{"type":"JsonField","name":"text","selector":"$steps.greet.output"}`
	who      = `{"type":"WorkflowParameter","name":"who"}`
)

// TestInnerWorkflowsAreComposed compiles workflows inside of workflows and looks at the
// steps, the order and the sources of the arguments.
func TestInnerWorkflowsAreComposed(t *testing.T) {
	t.Parallel()
	child := definitionOf(who, greeting, greeted)
	middle := definitionOf(`{"type":"WorkflowParameter","name":"name","default_value":"nobody"}`,
		innerStep("deep", `"who":"$inputs.name"`, child), `{"type":"JsonField","name":"out","selector":"$steps.deep.text"}`)
	raw := definitionOf(who,
		innerStep("second", `"who":"$steps.first.out"`, child)+","+innerStep("first", `"name":"$inputs.who"`, middle)+","+innerStep("third", ``, middle),
		`{"type":"JsonField","name":"a","selector":"$steps.second.text"},{"type":"JsonField","name":"b","selector":"$steps.third.out"}`)
	p, _, problems := plan.Load([]byte(raw), manifest.Core())
	if problems != nil {
		t.Fatal(problems)
	}
	names := make([]string, len(p.Steps))
	for i := range p.Steps {
		names[i] = p.Steps[i].Name
	}
	if want := []string{"second__greet", "first__deep__greet", "third__deep__greet"}; !slices.Equal(names, want) {
		t.Fatalf("the steps are %v, want %v", names, want)
	}
	argument := func(step int) plan.Argument {
		a, _ := p.Steps[step].Argument("data")
		if len(a.Elements) == 1 {
			return a.Elements[0]
		}
		return *a
	}
	if a := argument(0); a.Form != plan.FromStep || a.Step != 1 || a.Output != "output" {
		t.Errorf("the second step reads %+v, want the output of the first", a)
	}
	if a := argument(1); a.Form != plan.FromInput || p.Inputs[a.Input].Name != "who" {
		t.Errorf("the first step reads %+v, want the input", a)
	}
	if a := argument(2); a.Form != plan.Static || fmt.Sprint(a.Value) != "map[who:nobody]" {
		t.Errorf("the third step reads %+v, want the default of the workflow around it", a)
	}
	if got := p.Steps[1].Source.Pointer; got != "/steps/1/workflow_definition/steps/0/workflow_definition/steps/0" {
		t.Errorf("the innermost step is at %s", got)
	}
	if p.Outputs[0].Step != 0 || p.Outputs[1].Step != 2 || len(p.Inner) != 5 {
		t.Errorf("outputs are of steps %d and %d, want 0 and 2; %d steps were replaced, want 5", p.Outputs[0].Step, p.Outputs[1].Step, len(p.Inner))
	}
}

// TestInnerWorkflowIsGatedByItsEntries continues with an inner workflow: the steps that
// start it wait for the decision, and those inside that follow do not.
func TestInnerWorkflowIsGatedByItsEntries(t *testing.T) {
	t.Parallel()
	gate := `{"type":"roboflow_core/continue_if@v1","name":"gate","condition_statement":{"type":"StatementGroup","statements":[{"type":"UnaryStatement","operand":{"type":"DynamicOperand","operand_name":"x"},"operator":{"type":"Exists"}}]},"evaluation_parameters":{"x":"$inputs.who"},"next_steps":["%s"]}`
	after := `{"type":"roboflow_core/string_template@v1","name":"after","template":"{{ x }}","data":{"x":"$steps.greet.output"}}`
	child := definitionOf(who, greeting+","+after+","+strings.Replace(greeting, `"greet"`, `"other"`, 1), "")
	raw := definitionOf(who, fmt.Sprintf(gate, "$steps.nested")+","+innerStep("nested", `"who":"$inputs.who"`, child), "")
	p, _, problems := plan.Load([]byte(raw), manifest.Core())
	if problems != nil {
		t.Fatal(problems)
	}
	var gated []string
	for i := range p.Steps {
		if len(p.Steps[i].Gates) > 0 {
			gated = append(gated, p.Steps[i].Name)
		}
	}
	if want := []string{"nested__greet", "nested__other"}; !slices.Equal(gated, want) || !slices.Equal(p.Branches[0].Written, []string{"$steps.nested"}) {
		t.Errorf("%v wait for the decision of %v, want %v of $steps.nested", gated, p.Branches[0].Written, want)
	}
}

// TestInnerWorkflowProblems refuses impossible compositions, each at its position.
func TestInnerWorkflowProblems(t *testing.T) {
	t.Parallel()
	child := definitionOf(who, greeting, greeted)
	llm := definitionOf(`{"type":"WorkflowParameter","name":"key"}`, `{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://x.example","model_name":"m","prompt":"p","api_key":"$inputs.key"}`, "")
	passing := definitionOf(who, "", `{"type":"JsonField","name":"text","selector":"$inputs.who"}`)
	deep := child
	for range 5 {
		deep = definitionOf(who, innerStep("n", `"who":"$inputs.who"`, deep), "")
	}
	for name, c := range map[string]struct {
		steps, outputs string
		kind           workflow.Kind
		path           string
	}{
		"a missing binding":               {innerStep("a", ``, child), "", workflow.KindMissingBinding, "steps.a.parameter_bindings.who"},
		"an unknown binding":              {innerStep("a", `"who":"x","you":1`, child), "", workflow.KindUnknownBinding, "steps.a.parameter_bindings.you"},
		"a reference inside of a binding": {innerStep("a", `"who":["$inputs.p"]`, child), "", workflow.KindSyntax, "steps.a.parameter_bindings.who"},
		"a text around a reference":       {innerStep("a", `"who":"Bearer $inputs.p"`, child), "", workflow.KindSyntax, "steps.a.parameter_bindings.who"},
		"a reference as a default":        {innerStep("a", ``, strings.Replace(child, `"who"}`, `"who","default_value":"$inputs.p"}`, 1)), "", workflow.KindSyntax, "steps.a.parameter_bindings.who"},
		"both forms":                      {strings.Replace(innerStep("a", `"who":"x"`, child), `"name"`, `"workflow_id":"w","name"`, 1), "", workflow.KindDefinition, "steps.a.workflow_definition"},
		"neither form":                    {`{"type":"roboflow_core/inner_workflow@v1","name":"a","parameter_bindings":{}}`, "", workflow.KindSyntax, "steps.a.workflow_definition"},
		"a field of an inner step":        {innerStep("a", `"who":"x"`, strings.Replace(child, `"template":`, `"tamplate":`, 1)), "", workflow.KindSyntax, "steps.a__greet.template"},
		"an inner list of steps":          {innerStep("a", `"who":"x"`, `{"version":"1.0","inputs":[`+who+`],"steps":{},"outputs":[]}`), "", workflow.KindSyntax, "steps.a.workflow_definition.steps"},
		"too deep":                        {innerStep("a", `"who":"x"`, deep), "", workflow.KindLimit, "steps.a__n__n__n__n.workflow_definition"},
		"a circle":                        {innerStep("a", `"who":"$steps.a.text"`, passing) + "," + strings.Replace(greeting, "$inputs.who", "$steps.a.text", 1), "", workflow.KindCycle, "steps.greet.data.who"},
		"an output that is not there":     {innerStep("a", `"who":"x"`, child), `{"type":"JsonField","name":"o","selector":"$steps.a.nothing"}`, workflow.KindReference, "outputs[0].selector"},
		"all outputs together":            {innerStep("a", `"who":"x"`, child), `{"type":"JsonField","name":"o","selector":"$steps.a.*"}`, workflow.KindReference, "outputs[0].selector"},
		"a name of two steps":             {innerStep("a", `"who":"x"`, child) + "," + strings.NewReplacer(`"greet"`, `"a__greet"`, "$inputs.who", "$inputs.p").Replace(greeting), "", workflow.KindDuplicatedName, "steps.a__greet.name"},
		"a key as a constant":             {innerStep("a", `"key":"hunter2"`, llm), "", workflow.KindSyntax, "steps.a__llm.api_key"},
		"a credential as ordinary data":   {innerStep("a", `"who":"$credentials.c"`, child), "", workflow.KindSyntax, "steps.a__greet.data.who"},
	} {
		raw := definitionOf(`{"type":"WorkflowParameter","name":"p"}`, c.steps, c.outputs)
		_, _, problems := plan.Load([]byte(raw), manifest.Core())
		if len(problems) == 0 || problems[0].Kind != c.kind || problems[0].Path() != c.path {
			t.Errorf("%s: got %v, want first %s at %s", name, problems, c.kind, c.path)
		}
	}
}

// TestInnerWorkflowGrowthIsBounded composes documents that would grow far beyond their
// length.
func TestInnerWorkflowGrowthIsBounded(t *testing.T) {
	t.Parallel()
	var steps []string
	for i := range 40 {
		steps = append(steps, strings.NewReplacer(`"greet"`, fmt.Sprintf(`"s%d"`, i)).Replace(greeting))
	}
	child := definitionOf(who, strings.Join(steps, ","), "")
	var many []string
	for i := range 26 {
		many = append(many, innerStep(fmt.Sprintf("n%d", i), `"who":"$inputs.p"`, child))
	}
	long := strings.Repeat("x", 200<<10)
	var empty []string
	for i := range 33 {
		empty = append(empty, innerStep(fmt.Sprintf("n%d", i), ``, definitionOf("", "", "")))
	}
	for name, list := range map[string][]string{
		"more than 1000 steps":    many,
		"more than 1048576 bytes": {innerStep("a", `"who":"`+long+`"`, child)},
		"more than 32 workflows":  empty,
	} {
		_, _, problems := plan.Load([]byte(definitionOf(`{"type":"WorkflowParameter","name":"p"}`, strings.Join(list, ","), "")), manifest.Core())
		if len(problems) == 0 || problems[0].Kind != workflow.KindLimit || !strings.Contains(problems[0].Message, name) {
			t.Errorf("%s: got %.300v", name, problems)
		}
	}
}

// TestSlotsAndModelsOfInnerWorkflowsCount inspects an inner workflow. Its needs are needs of
// the workflow around it.
func TestSlotsAndModelsOfInnerWorkflowsCount(t *testing.T) {
	t.Parallel()
	child := definitionOf(`{"type":"WorkflowImage","name":"image"},{"type":"WorkflowParameter","name":"key"}`,
		`{"type":"ObjectDetectionModel","name":"find","image":"$inputs.image","model_id":"acme/boxes/3"},
		{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://x.example","model_name":"m","prompt":"p","api_key":"$inputs.key"},
		{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":"https://h.example","method":"POST","headers":{"Authorization":"Bearer $inputs.key"}}`, "")
	p, _, problems := plan.Load([]byte(definitionOf(`{"type":"WorkflowImage","name":"image"}`, innerStep("n", `"image":"$inputs.image","key":"$credentials.mine"`, child), "")), manifest.Core())
	if problems != nil {
		t.Fatal(problems)
	}
	report := inspect.Inspect(p)
	if len(report.Models) != 1 || report.Models[0].ID != "acme/boxes/3" || report.Models[0].Pointer != "/steps/0/workflow_definition/steps/0/model_id" {
		t.Errorf("models are %+v", report.Models)
	}
	if len(report.Slots) != 2 || report.Slots[0].Step != "n__llm" || report.Slots[0].Credential != "mine" || report.Slots[0].Pointer != "/steps/0/parameter_bindings/key" ||
		report.Slots[1].Field != "headers.Authorization" || report.Slots[1].Prefix != "Bearer " || report.Slots[1].Credential != "mine" {
		t.Errorf("slots are %+v", report.Slots)
	}
	if !slices.Equal(report.Sinks, []string{"n__hook"}) || len(report.NotRunnable) != 0 {
		t.Errorf("sinks are %v, not runnable are %v", report.Sinks, report.NotRunnable)
	}
}

package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// document writes a definition with the usual inputs: a picture and a parameter.
func document(steps string, outputs ...string) []byte {
	var out []string
	for i, selector := range outputs {
		out = append(out, fmt.Sprintf(`{"type":"JsonField","name":"o%d","selector":%q}`, i, selector))
	}
	return []byte(`{"version":"1.3.0","inputs":[{"type":"WorkflowImage","name":"image"},{"type":"WorkflowParameter","name":"p","default_value":0.5},
		{"type":"WorkflowBatchInput","name":"nested","dimensionality":2}],"steps":[` + steps + `],"outputs":[` + strings.Join(out, ",") + `]}`)
}

const (
	detect = `{"type":"ObjectDetectionModel","name":"detect","image":"$inputs.image","model_id":"m/1","confidence":"$inputs.p"}`
	crop   = `{"type":"Crop","name":"crop","image":"$inputs.image","predictions":"$steps.detect.predictions"}`
	again  = `{"type":"ObjectDetectionModel","name":"again","image":"$steps.crop.crops","model_id":"m/1"}`
)

func gate(name, data, next string) string {
	return fmt.Sprintf(`{"type":"ContinueIf","name":%q,"condition_statement":{"type":"StatementGroup","statements":[
		{"type":"UnaryStatement","operand":{"type":"DynamicOperand","operand_name":"x"},"operator":{"type":"Exists"}}]},
		"evaluation_parameters":{"x":%q},"next_steps":[%q]}`, name, data, next)
}

func compile(t *testing.T, raw []byte) *plan.Plan {
	t.Helper()
	p, _, problems := plan.Load(raw, core())
	if problems != nil {
		t.Fatal(problems)
	}
	return p
}

// core is the built-in catalogue with blocks that only tests use.
func core() *manifest.Catalogue {
	data := func(kinds ...string) []manifest.Type {
		return []manifest.Type{{Reference: manifest.Data, Kinds: kinds}}
	}
	one := []manifest.Output{{Name: "output", Kinds: []string{"*"}}}
	return manifest.Core().With(
		&manifest.Manifest{Type: "collapse", OutputOffset: -1, Outputs: one, Fields: []manifest.Field{{Name: "data", Required: true, Accepts: data("*"), Batch: manifest.BatchOnly}}},
		&manifest.Manifest{Type: "stitch", InputOffsets: map[string]int{"parts": 1}, Reference: "whole", Outputs: one, Fields: []manifest.Field{
			{Name: "whole", Required: true, Accepts: data("*"), Batch: manifest.BatchOnly}, {Name: "parts", Required: true, Accepts: data("*"), Batch: manifest.BatchOnly},
		}},
		&manifest.Manifest{Type: "both", Outputs: one, Fields: []manifest.Field{
			{Name: "a", Required: true, Accepts: data("*"), Batch: manifest.BatchOnly}, {Name: "b", Required: true, Accepts: data("*"), Batch: manifest.BatchOnly},
		}},
		&manifest.Manifest{Type: "produce", OutputOffset: 1, Outputs: one},
		&manifest.Manifest{Type: "constant", Outputs: one},
		&manifest.Manifest{Type: "negative", InputOffsets: map[string]int{"a": -1}, Outputs: one},
		&manifest.Manifest{Type: "broken", Defect: "it has no implementation", Outputs: one},
		&manifest.Manifest{Type: "served", Services: []string{"cache"}, Outputs: one},
		&manifest.Manifest{Type: "join", Outputs: one, Fields: []manifest.Field{
			{Name: "list", Accepts: []manifest.Type{{ListOf: []manifest.Type{{Reference: manifest.Data, Kinds: []string{"*"}}, {Literal: manifest.Value}}}}, Batch: manifest.BatchOnly},
		}},
	)
}

// lawCatalogue adds a block that deepens data.
func lawCatalogue() *manifest.Catalogue {
	return core().With(&manifest.Manifest{
		Type: "deepen", OutputOffset: 1, Outputs: []manifest.Output{{Name: "output", Kinds: []string{"*"}}},
		Fields: []manifest.Field{{Name: "data", Accepts: []manifest.Type{{Reference: manifest.Data, Kinds: []string{"*"}}}, Batch: manifest.BatchOnly}},
	})
}

func step(t *testing.T, p *plan.Plan, name string) *plan.Step {
	t.Helper()
	i, ok := p.Step(name)
	if !ok {
		t.Fatalf("there is no step %s", name)
	}
	return &p.Steps[i]
}

func TestLineageOfNestedData(t *testing.T) {
	t.Parallel()
	p := compile(t, document(
		again+","+crop+","+detect+`,{"type":"collapse","name":"c","data":"$steps.again.predictions"},{"type":"stitch","name":"s","whole":"$inputs.image","parts":"$steps.again.predictions"},`+
			`{"type":"produce","name":"made"},{"type":"collapse","name":"all","data":"$inputs.image"}`,
		"$steps.again.*", "$steps.c.output", "$inputs.p"))
	type trace struct {
		Lineage         string
		Execution, At   int
		SIMD, WholeData bool
	}
	got := map[string]trace{}
	for i := range p.Steps {
		s := &p.Steps[i]
		got[s.Name] = trace{strings.Join(s.Lineage, " "), s.ExecutionDimensionality, s.Layer, s.SIMD, s.Batched}
	}
	want := map[string]trace{
		"detect": {"<workflow_input>", 1, 0, true, true}, "crop": {"<workflow_input> $steps.crop", 1, 1, true, true},
		"again": {"<workflow_input> $steps.crop", 2, 2, true, true}, "c": {"<workflow_input>", 1, 3, true, true},
		"s": {"<workflow_input>", 1, 3, true, true}, "made": {"$steps.made", 0, 0, false, false}, "all": {"", 0, 0, true, true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if p.Outputs[0].Lineage.Dimensionality() != 2 || p.Outputs[1].Lineage.Dimensionality() != 1 || p.Outputs[2].Lineage != nil {
		t.Errorf("outputs %+v", p.Outputs)
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	p := compile(t, document(detect+`,{"type":"PropertyDefinition","name":"prop","data":"$steps.detect.predictions","operations":[{"type":"SequenceLength"}]},
		{"type":"roboflow_core/string_template@v1","name":"text","template":"{a}","data":{"a":"$steps.prop.output","b":7},"data_operations":{"a":[{"type":"ToString"}]}},
		{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://x.example","model_name":"m","prompt":"p","api_key":"$credentials.k"}`))
	confidence, _ := step(t, p, "detect").Argument("confidence")
	if confidence.Form != plan.FromInput || !confidence.Substituted || p.Inputs[confidence.Input].Name != "p" {
		t.Errorf("confidence %+v", confidence)
	}
	iou, _ := step(t, p, "detect").Argument("iou_threshold")
	if iou.Form != plan.Static || iou.Value != 0.3 {
		t.Errorf("a default is %+v", iou)
	}
	data, _ := step(t, p, "text").Argument("data")
	if data.Form != plan.MapOf || len(data.Elements) != 2 || data.Elements[0].Output != "output" || data.Elements[1].Value != int64(7) || !data.IsBatch() {
		t.Errorf("data %+v", data)
	}
	key, _ := step(t, p, "llm").Argument("api_key")
	if key.Form != plan.Slot || key.Credential != "k" || key.Value != nil {
		t.Errorf("a slot is %+v", key)
	}
}

func TestDynamicOutputs(t *testing.T) {
	t.Parallel()
	parser := `{"type":"roboflow_core/json_parser@v1","name":"j","raw_json":"{}","expected_fields":["a","b"]}`
	p := compile(t, document(parser, "$steps.j.a", "$steps.j.error_status"))
	var names []string
	for _, o := range step(t, p, "j").Outputs {
		names = append(names, o.Name)
	}
	if diff := cmp.Diff([]string{"error_status", "a", "b"}, names); diff != "" {
		t.Error(diff)
	}
	_, _, problems := plan.Load(document(parser, "$steps.j.c"), core())
	if !problems.Has(workflow.KindReference) {
		t.Errorf("a name that was not declared: %v", problems)
	}
}

func TestCasts(t *testing.T) {
	t.Parallel()
	p := compile(t, document(`{"type":"constant","name":"k"},{"type":"both","name":"b","a":"$inputs.nested","b":"$steps.k.output"},
		{"type":"both","name":"alone","a":"$steps.k.output","b":"$inputs.p"},{"type":"join","name":"j","list":["$inputs.image","$steps.k.output",3,null]}`))
	b, _ := step(t, p, "b").Argument("b")
	if !b.Cast || b.CastDimensionality != 2 || !b.CastLineage.Equal(step(t, p, "b").Lineage) {
		t.Errorf("a scalar next to nested data: %+v", b)
	}
	if alone := step(t, p, "alone"); alone.SIMD || len(alone.Lineage) != 0 || !alone.Arguments[0].Cast || alone.Arguments[0].CastDimensionality != 1 {
		t.Errorf("scalars alone: %+v", alone)
	}
	list, _ := step(t, p, "j").Argument("list")
	var cast []bool
	for _, e := range list.Elements {
		cast = append(cast, e.Cast)
	}
	if diff := cmp.Diff([]bool{false, true, true, false}, cast); diff != "" {
		t.Errorf("elements that are cast: %s", diff)
	}
}

func TestBranches(t *testing.T) {
	t.Parallel()
	scalar := `{"type":"roboflow_core/string_template@v1","name":"note","template":"x"}`
	p := compile(t, document(detect+","+crop+","+gate("g", "$steps.crop.crops", "$steps.note")+","+scalar))
	want := "Branch[$steps.g -> next_steps]"
	if len(p.Branches) != 1 || p.Branches[0].Name != want || p.Branches[0].Lineage.Dimensionality() != 2 {
		t.Errorf("branches %+v", p.Branches)
	}
	note := step(t, p, "note")
	if note.ControlSupport.Dimensionality() != 2 || !note.SIMD || note.ExecutionDimensionality != 2 || len(note.Gates) != 1 {
		t.Errorf("a scalar step behind a decision for each crop: %+v", note)
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 70)
	for name, c := range map[string]struct {
		steps, output string
		kind          workflow.Kind
		where         string
	}{
		"unknown block":                      {`{"type":"nonsense@v1","name":"a"}`, "", workflow.KindSyntax, "a.type"},
		"nested workflow":                    {`{"type":"roboflow_core/inner_workflow@v1","name":"a"}`, "", workflow.KindSyntax, "a.parameter_bindings"},
		"a step for two cases":               {`{"type":"SwitchCase","name":"a","value":1,"cases":{"x":"$steps.b","y":"$steps.b"}},{"type":"Expression","name":"b","data":{},"switch":{"type":"CasesDefinition","cases":[],"default":{"type":"StaticCaseResult","value":1}}}`, "", workflow.KindSyntax, "a.cases.y"},
		"missing field":                      {`{"type":"Crop","name":"a","image":"$inputs.image"}`, "", workflow.KindSyntax, "a.predictions"},
		"wrong literal":                      {`{"type":"ObjectDetectionModel","name":"a","image":"$inputs.image","model_id":"m","confidence":2}`, "", workflow.KindSyntax, "a.confidence"},
		"null where not allowed":             {`{"type":"ObjectDetectionModel","name":"a","image":"$inputs.image","model_id":null}`, "", workflow.KindSyntax, "a.model_id"},
		"bad query":                          {`{"type":"PropertyDefinition","name":"a","data":"$inputs.image","operations":[{"type":"Explode"}]}`, "", workflow.KindSyntax, "a.operations.0.type"},
		"input missing":                      {`{"type":"ObjectDetectionModel","name":"a","image":"$inputs.none","model_id":"m"}`, "", workflow.KindReference, "a.images"},
		"step missing":                       {`{"type":"ObjectDetectionModel","name":"a","image":"$steps.none.x","model_id":"m"}`, "", workflow.KindReference, "a.images"},
		"output missing":                     {detect, "$steps.detect.none", workflow.KindReference, "outputs[0].selector"},
		"output of no step":                  {detect, "$steps.none.x", workflow.KindReference, "outputs[0].selector"},
		"output of a missing input":          {detect, "$inputs.none", workflow.KindReference, "outputs[0].selector"},
		"no such output":                     {detect + `,{"type":"PropertyDefinition","name":"a","data":"$steps.detect.none","operations":[]}`, "", workflow.KindGraph, "a.data"},
		"all outputs as a field":             {detect + `,{"type":"PropertyDefinition","name":"a","data":"$steps.detect.*","operations":[]}`, "", workflow.KindGraph, "a.data"},
		"a step as data":                     {detect + `,{"type":"PropertyDefinition","name":"a","data":"$steps.detect","operations":[]}`, "", workflow.KindGraph, "a.data"},
		"kinds":                              {detect + `,{"type":"Crop","name":"a","image":"$steps.detect.predictions","predictions":"$steps.detect.predictions"}`, "", workflow.KindMismatch, "a.images"},
		"a batch for a scalar":               {`{"type":"ObjectDetectionModel","name":"a","image":"$inputs.image","model_id":"m","confidence":"$inputs.nested"}`, "", workflow.KindGraph, "a.confidence"},
		"different depths":                   {detect + "," + crop + `,{"type":"both","name":"a","a":"$inputs.image","b":"$steps.crop.crops"}`, "", workflow.KindDimensionality, "a.b"},
		"equal depth where deeper is needed": {`{"type":"stitch","name":"a","whole":"$inputs.image","parts":"$inputs.image"}`, "", workflow.KindDimensionality, "a.parts"},
		"different origins":                  {detect + "," + crop + `,{"type":"both","name":"a","a":"$inputs.nested","b":"$steps.crop.crops"}`, "", workflow.KindLineage, "a"},
		"parts of another whole":             {detect + "," + crop + `,{"type":"produce","name":"m"},{"type":"stitch","name":"a","whole":"$steps.m.output","parts":"$steps.crop.crops"}`, "", workflow.KindLineage, "a"},
		"nothing to collapse":                {`{"type":"negative","name":"a"}`, "", workflow.KindBlockInterface, "a"},
		"a block without implementation":     {`{"type":"broken","name":"a"}`, "", workflow.KindBlockInterface, "a.type"},
		"a service":                          {`{"type":"served","name":"a"}`, "", workflow.KindMissingService, "a.type"},
		"control of other data":              {detect + "," + crop + "," + gate("g", "$steps.crop.crops", "$steps.a") + `,{"type":"ObjectDetectionModel","name":"a","image":"$inputs.image","model_id":"m"}`, "", workflow.KindControlFlow, "a"},
		"control to nowhere":                 {gate("g", "$inputs.image", "$steps.none"), "", workflow.KindReference, "g.next_steps[0]"},
		"control to data":                    {gate("g", "$inputs.image", "$steps.a.b"), "", workflow.KindSyntax, "g.next_steps[0]"},
		"control to itself":                  {gate("g", "$inputs.image", "$steps.g"), "", workflow.KindCycle, "g"},
		"data of flow control":               {gate("g", "$inputs.image", "$steps.detect") + "," + detect, "$steps.g.*", workflow.KindReference, "outputs[0].selector"},
		"a credential elsewhere":             {`{"type":"roboflow_core/string_template@v1","name":"a","template":"$credentials.k"}`, "", workflow.KindSyntax, "a.template"},
		"a malformed credential":             {`{"type":"roboflow_core/openai_compatible@v1","name":"a","base_url":"https://x","model_name":"m","prompt":"p","api_key":"$credentials.a b"}`, "", workflow.KindSyntax, "a.api_key"},
		"a rule":                             {`{"type":"roboflow_core/open_ai@v2","name":"a","images":"$inputs.image","api_key":"$credentials","task_type":"classification","prompt":"` + long + `"}`, "", workflow.KindSyntax, "a.classes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var outputs []string
			if c.output != "" {
				outputs = []string{c.output}
			}
			p, _, problems := plan.Load(document(c.steps, outputs...), core())
			if p != nil || len(problems) != 1 {
				t.Fatalf("one problem is wanted, got %v", problems)
			}
			where := strings.Trim(problems[0].Step+"."+problems[0].Field, ".")
			if problems[0].Kind != c.kind || where != c.where {
				t.Errorf("got %v, want %s at %s", problems[0], c.kind, c.where)
			}
			if problems[0].Step != "" && problems[0].BlockType == "" || problems[0].Message == "" || problems[0].Pointer == "" {
				t.Errorf("half a problem: %+v", problems[0])
			}
		})
	}
}

func TestEveryProblemIsReportedInOrder(t *testing.T) {
	t.Parallel()
	raw := document(`{"type":"nonsense@v1","name":"a"},{"type":"Crop","name":"a","image":5,"predictions":"$steps.a.b"},
		{"type":"ObjectDetectionModel","name":"c","image":"$inputs.none","model_id":7},`+gate("g", "$inputs.image", "$steps.h")+","+gate("h", "$inputs.image", "$steps.g"), "$inputs.none")
	_, _, problems := plan.Load(raw, core())
	var got []string
	for _, p := range problems {
		got = append(got, string(p.Kind)+" "+p.Step)
	}
	want := []string{"syntax_error a", "syntax_error a", "syntax_error c", "duplicated_name a", "reference_error c", "reference_error ", "graph_cycle g"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMessagesDoNotEchoSecrets(t *testing.T) {
	t.Parallel()
	const secret = "sk-Zq81mNx7Rk20dLw93"
	_, _, problems := plan.Load(document(`{"type":"roboflow_core/openai_compatible@v1","name":"a","base_url":["`+secret+`"],"model_name":{"k":"`+secret+`"},"prompt":"p","api_key":["`+secret+`"],
		"temperature":"`+secret+`"},{"type":"roboflow_core/webhook_sink@v1","name":"w","url":"https://x","method":"`+secret+`","headers":{"Authorization":["`+secret+`"]}}`), core())
	if len(problems) < 6 {
		t.Errorf("only %v", problems)
	}
	if strings.Contains(fmt.Sprintf("%+v", problems), secret) {
		t.Errorf("a value is echoed: %v", problems)
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for version, kind := range map[string]workflow.Kind{"1.16.0": workflow.KindVersion, "2.0": workflow.KindVersion, "x": workflow.KindDefinition} {
		_, _, problems := plan.Load([]byte(`{"version":"`+version+`","inputs":[],"steps":[],"outputs":[]}`), core())
		if len(problems) != 1 || problems[0].Kind != kind {
			t.Errorf("%s: %v", version, problems)
		}
	}
	compile(t, []byte(`{"version":"1.0","inputs":[],"steps":[],"outputs":[]}`))
}

func TestDynamicPythonIsRefused(t *testing.T) {
	t.Parallel()
	_, _, problems := plan.Load([]byte(`{"version":"1.0","inputs":[],"outputs":[],"steps":[{"type":"Mine","name":"a"}],
		"dynamic_blocks_definitions":[{"type":"DynamicBlockDefinition","manifest":{"block_type":"Mine"},"code":{}}]}`), core())
	if len(problems) != 2 || problems[0].Kind != workflow.KindDynamicDisabled || problems[1].Kind != workflow.KindDynamicDisabled {
		t.Errorf("got %v", problems)
	}
}

func TestNestingIsBounded(t *testing.T) {
	t.Parallel()
	_, _, problems := plan.Load(chain(40, `{"type":"Crop","name":"s%d","image":"%s","predictions":"$steps.detect.predictions"}`, "crops"), core())
	if problems == nil {
		t.Error("40 levels were accepted")
	}
}

// chain writes a document in which each step takes the output of the one before.
func chain(n int, format, output string) []byte {
	steps := []string{detect}
	from := "$inputs.image"
	for i := range n {
		steps = append(steps, fmt.Sprintf(format, i, from))
		from = fmt.Sprintf("$steps.s%d.%s", i, output)
	}
	return document(strings.Join(steps, ","), from)
}

const identity = `{"type":"PropertyDefinition","name":"s%d","data":"%s","operations":[]}`

func fan(n int) []byte {
	steps := []string{detect}
	for i := range n {
		steps = append(steps, fmt.Sprintf(identity, i, "$steps.detect.predictions"))
	}
	return document(strings.Join(steps, ","), "$steps.s0.output")
}

func TestLargeWorkflowsCompile(t *testing.T) {
	t.Parallel()
	if p := compile(t, chain(workflow.MaxSteps-1, identity, "output")); len(p.Layers) != workflow.MaxSteps-1 {
		t.Errorf("%d layers", len(p.Layers))
	}
	if p := compile(t, fan(workflow.MaxSteps-1)); len(p.Layers) != 2 {
		t.Errorf("%d layers", len(p.Layers))
	}
}

// TestHostileDocuments checks that documents near the limits of size cost no more than
// their size. The time limit is generous: quadratic code took minutes.
func TestHostileDocuments(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k", 200_000)
	refs := strings.TrimSuffix(strings.Repeat(`"$inputs.image",`, 50_000), ",")
	var names, keys []string
	for i := range 50_000 {
		names = append(names, fmt.Sprintf(`"n%d"`, i))
		keys = append(keys, fmt.Sprintf(`"n%d":1`, i))
	}
	for name, raw := range map[string][]byte{
		"many references": document(`{"type":"join","name":"a","list":[` + refs + `]}`),
		"many outputs":    document(`{"type":"roboflow_core/json_parser@v1","name":"a","raw_json":"","expected_fields":[` + strings.Join(names, ",") + `]}`),
		"many keys":       document(`{"type":"Crop","name":"a",` + strings.Join(keys, ",") + `}`),
		"many targets":    document(strings.Replace(gate("g", "$inputs.image", "$steps.a"), `["$steps.a"]`, `[`+strings.ReplaceAll(refs, "$inputs.image", "$steps.a")+`]`, 1)),
		"long keys": document(`{"type":"roboflow_core/string_template@v1","name":"a","template":"x","data_operations":{"` + long + `":[` +
			strings.TrimSuffix(strings.Repeat(`{"type":"no"},`, 5000), ",") + `]}}`),
		"many kinds": []byte(`{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image","kind":[` + strings.Join(names, ",") + `]}],"steps":[],"outputs":[]}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, _, problems := plan.Load(raw, core())
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			if size := len(problems.Error()); size > 2<<20 {
				t.Errorf("%d bytes are said about %d", size, len(raw))
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	catalogue := manifest.Core()
	for name, raw := range map[string][]byte{
		"chain/100": chain(99, identity, "output"), "chain/1000": chain(999, identity, "output"), "fan/100": fan(99), "fan/1000": fan(999),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, problems := plan.Load(raw, catalogue); problems != nil {
					b.Fatal(problems)
				}
			}
		})
	}
}

// FuzzLoad: any bytes give a plan or problems, and no panic.
func FuzzLoad(f *testing.F) {
	f.Add(document(detect+","+crop+","+again+","+gate("g", "$steps.crop.crops", "$steps.again"), "$steps.again.*"))
	f.Add(chain(3, identity, "output"))
	catalogue := core()
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, _, problems := plan.Load(raw, catalogue)
		if (p == nil) == (len(problems) == 0) {
			t.Fatal("a plan or problems, not both or neither")
		}
	})
}

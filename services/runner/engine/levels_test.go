package engine_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// twoLevels are blocks with inputs on two levels. One answers on the shallower level, the
// other on the deeper one, each element by element and in batches.
const twoLevels = `[
 {"type": "up", "fields": [{"name": "one", "required": true, "accepts": [{"selector": "any_data", "kinds": ["*"]}]},
   {"name": "many", "required": true, "accepts": [{"selector": "any_data", "kinds": ["*"]}]}],
  "outputs": [{"name": "output", "kinds": ["*"]}], "input_offsets": {"one": 0, "many": 1}, "dimensionality_reference": "one"},
 {"type": "down", "fields": [{"name": "one", "required": true, "accepts": [{"selector": "any_data", "kinds": ["*"]}]},
   {"name": "many", "required": true, "accepts": [{"selector": "any_data", "kinds": ["*"]}]}],
  "outputs": [{"name": "output", "kinds": ["*"]}], "input_offsets": {"one": 0, "many": 1}, "dimensionality_reference": "many"},
 {"type": "down batch", "fields": [{"name": "one", "required": true, "batch": "batch", "accepts": [{"selector": "any_data", "kinds": ["*"]}]},
   {"name": "many", "required": true, "batch": "batch", "accepts": [{"selector": "any_data", "kinds": ["*"]}]}],
  "outputs": [{"name": "output", "kinds": ["*"]}], "input_offsets": {"one": 0, "many": 1}, "dimensionality_reference": "many"}
]`

func pairs(one any, many *engine.Batch) engine.Result {
	items := make([]engine.Result, many.Len())
	for i := range items {
		items[i] = engine.One(engine.Outputs{"output": fmt.Sprint(one, many.Values[i])})
	}
	return engine.Many(items)
}

func TestInputsOnTwoLevels(t *testing.T) {
	t.Parallel()
	manifests, err := manifest.Read([]byte(twoLevels[:len(twoLevels)-1] + "," + probes[1:]))
	if err != nil {
		t.Fatal(err)
	}
	definition := document(batchInput+`,{"type": "WorkflowBatchInput", "name": "names", "kind": ["*"]}`,
		`{"type": "split", "name": "split", "data": "$inputs.list"},
		 {"type": "up", "name": "up", "one": "$inputs.names", "many": "$steps.split.output"},
		 {"type": "down", "name": "down", "one": "$inputs.names", "many": "$steps.split.output"},
		 {"type": "down batch", "name": "batch", "one": "$inputs.names", "many": "$steps.split.output"}`,
		output("up", "$steps.up.output")+","+output("down", "$steps.down.output")+","+output("batch", "$steps.batch.output"))
	p, _, problems := plan.Load([]byte(definition), manifest.Core().With(manifests...))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, err := engine.Compile(p, engine.Registry{
		"split": stateless(pieces),
		"up": stateless(func(c *engine.Call) (engine.Result, error) {
			return one("output", fmt.Sprint(c.Arg("one"), c.Batch("many").Values)), nil
		}),
		"down": stateless(func(c *engine.Call) (engine.Result, error) { return pairs(c.Arg("one"), c.Batch("many")), nil }),
		"down batch": stateless(func(c *engine.Call) (engine.Result, error) {
			names, many := c.Batch("one"), c.Batch("many")
			items := make([]engine.Result, names.Len())
			for i := range items {
				items[i] = pairs(names.Values[i], many.Values[i].(*engine.Batch))
			}
			return engine.Many(items), nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Run(t.Context(), engine.Request{Inputs: map[string]any{
		"list": []any{[]any{1, nil, 2}, []any{3}, []any{}}, "names": []any{"a", nil, "c"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	first := []any{"a1", nil, "a2"} // a null below does not reach the block, and keeps its place
	want := []map[string]any{
		{"up": "a[1 2]", "down": first, "batch": first},
		{"up": nil, "down": []any{nil}, "batch": []any{nil}},
		{"up": "c[]", "down": []any{}, "batch": []any{}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// wide is a block whose calls wait for each other.
type wide struct{ all *sync.WaitGroup }

func (wide) Concurrency() int { return 3 }

func (w wide) Run(_ context.Context, c *engine.Call) (engine.Result, error) {
	w.all.Done()
	w.all.Wait()
	return one("output", c.Arg("data")), nil
}

func TestElementsOfAConcurrentBlockRunSideBySide(t *testing.T) {
	t.Parallel()
	manifests, err := manifest.Read([]byte(probes))
	if err != nil {
		t.Fatal(err)
	}
	p, _, problems := plan.Load([]byte(document(batchInput, `{"type": "probe", "name": "p", "data": "$inputs.list"}`,
		output("x", "$steps.p.output"))), manifest.New(manifests...))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var all sync.WaitGroup
	all.Add(3)
	w, err := engine.Compile(p, engine.Registry{"probe": func(engine.Step) (engine.Block, error) { return wide{&all}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Run(t.Context(), engine.Request{Inputs: map[string]any{"list": []any{"a", "b", "c"}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]map[string]any{{"x": "a"}, {"x": "b"}, {"x": "c"}}, got); diff != "" {
		t.Error(diff)
	}
}

// A block that violates its manifest fails its run with an error that says so.
func TestBlocksAreHeldToTheirManifest(t *testing.T) {
	t.Parallel()
	for name, result := range map[string]engine.Result{
		"missing output": engine.One(engine.Outputs{}),
		"extra output":   engine.One(engine.Outputs{"output": 1, "more": 2}),
		"a list":         engine.Many([]engine.Result{engine.One(engine.Outputs{"output": 1})}),
		"a decision":     engine.Stop(),
	} {
		w := compile(t, document("", `{"type": "probe", "name": "p"}`, ""), func(context.Context, *engine.Call) (engine.Result, error) {
			return result, nil
		})
		if _, err := w.Run(t.Context(), engine.Request{}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

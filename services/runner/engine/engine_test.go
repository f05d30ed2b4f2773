package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/flow"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/formatter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// probes are blocks for the tests of this file; each takes any data.
const probes = `[
 {"type": "probe", "fields": [{"name": "data", "default": null, "accepts": [{"selector": "any_data", "kinds": ["*"]}, {"literal": "any"}]}],
  "outputs": [{"name": "output", "kinds": ["*"]}]},
 {"type": "split", "fields": [{"name": "data", "required": true, "accepts": [{"selector": "any_data", "kinds": ["*"]}]}],
  "outputs": [{"name": "output", "kinds": ["*"]}], "output_offset": 1},
 {"type": "join", "fields": [{"name": "data", "required": true, "auto_cast": true, "accepts": [{"selector": "any_data", "kinds": ["*"]}]}],
  "outputs": [{"name": "output", "kinds": ["*"]}], "output_offset": -1}
]`

// pieces returns the elements of a list, one level deeper.
func pieces(c *engine.Call) (engine.Result, error) {
	list, _ := c.Arg("data").([]any)
	items := make([]engine.Result, len(list))
	for i := range items {
		items[i] = one("output", list[i])
	}
	return engine.Many(items), nil
}

type run func(ctx context.Context, call *engine.Call) (engine.Result, error)

// compile compiles a workflow in which run implements steps of type probe.
func compile(t testing.TB, definition string, probe run) *engine.Workflow {
	t.Helper()
	manifests, err := manifest.Read([]byte(probes))
	if err != nil {
		t.Fatal(err)
	}
	p, _, problems := plan.Load([]byte(definition), manifest.Core().With(manifests...))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	registry := engine.Merge(formatter.Blocks(), flow.Blocks(), engine.Registry{
		"probe": func(engine.Step) (engine.Block, error) { return engine.BlockFunc(probe), nil },
		"split": stateless(pieces),
		"join": stateless(func(c *engine.Call) (engine.Result, error) {
			return one("output", append([]any{}, c.Batch("data").Values...)), nil
		}),
	})
	w, err := engine.Compile(p, registry)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// document writes a definition: inputs, steps and outputs as JSON.
func document(inputs, steps, outputs string) string {
	return fmt.Sprintf(`{"version": "1.3.0", "inputs": [%s], "steps": [%s], "outputs": [%s]}`, inputs, steps, outputs)
}

const batchInput = `{"type": "WorkflowBatchInput", "name": "list", "kind": ["*"]}`

func output(name, selector string) string {
	return fmt.Sprintf(`{"type": "JsonField", "name": %q, "selector": %q}`, name, selector)
}

func echo(_ context.Context, c *engine.Call) (engine.Result, error) {
	return one("output", c.Arg("data")), nil
}

func TestNestingAndItsEmptiness(t *testing.T) {
	t.Parallel()
	w := compile(t, document(batchInput,
		`{"type": "split", "name": "split", "data": "$inputs.list"},
		 {"type": "probe", "name": "each", "data": "$steps.split.output"},
		 {"type": "join", "name": "join", "data": "$steps.each.output"}`,
		output("nested", "$steps.each.output")+","+output("joined", "$steps.join.output")+","+output("all", "$steps.each.*")), echo)
	given := map[string]any{"list": []any{[]any{1, 2}, []any{}, []any{nil, 3}, nil}}
	got, err := w.Run(t.Context(), engine.Request{Inputs: given})
	if err != nil {
		t.Fatal(err)
	}
	object := func(v any) map[string]any { return map[string]any{"output": v} }
	want := []map[string]any{
		{"nested": []any{int64(1), int64(2)}, "joined": []any{int64(1), int64(2)}, "all": []any{object(int64(1)), object(int64(2))}},
		{"nested": []any{}, "joined": []any{}, "all": []any{}},
		{"nested": []any{nil, int64(3)}, "joined": []any{int64(3)}, "all": []any{object(nil), object(int64(3))}},
		{"nested": []any{}, "joined": nil, "all": []any{}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestGateHoldsForWhatHangsBelow(t *testing.T) {
	t.Parallel()
	gate := `{"type": "ContinueIf", "name": "gate", "evaluation_parameters": {"x": "$inputs.list"}, "next_steps": ["$steps.each", "$steps.join"],
	  "condition_statement": {"type": "StatementGroup", "statements": [{"type": "UnaryStatement", "operator": {"type": "(Sequence) is not empty"},
	  "operand": {"type": "DynamicOperand", "operand_name": "x"}}]}}`
	w := compile(t, document(batchInput,
		`{"type": "split", "name": "split", "data": "$inputs.list"},`+gate+`,
		 {"type": "probe", "name": "each", "data": "$steps.split.output"},
		 {"type": "join", "name": "join", "data": "$steps.split.output"}`,
		output("each", "$steps.each.output")+","+output("join", "$steps.join.output")), echo)
	got, err := w.Run(t.Context(), engine.Request{Inputs: map[string]any{"list": []any{[]any{1}, []any{}}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{
		{"each": []any{int64(1)}, "join": []any{int64(1)}}, {"each": []any{}, "join": nil},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

const twoProbes = `{"type": "probe", "name": "a"}, {"type": "probe", "name": "b"}`

func TestIndependentStepsRunSideBySide(t *testing.T) {
	t.Parallel()
	var both sync.WaitGroup
	both.Add(2)
	w := compile(t, document("", twoProbes, ""), func(context.Context, *engine.Call) (engine.Result, error) {
		both.Done()
		both.Wait() // ends only if the other step runs too
		return one("output", nil), nil
	})
	if _, err := w.Run(t.Context(), engine.Request{}); err != nil {
		t.Fatal(err)
	}
}

func TestFailureCancelsTheOthers(t *testing.T) {
	t.Parallel()
	w := compile(t, document("", twoProbes, ""), func(ctx context.Context, c *engine.Call) (engine.Result, error) {
		if c.Step.Name == "a" {
			return engine.None(), errors.New("a connection string with a password")
		}
		<-ctx.Done()
		return engine.None(), ctx.Err()
	})
	_, err := w.Run(t.Context(), engine.Request{})
	fault, ok := errors.AsType[*engine.Fault](err)
	if !ok || fault.Step != "a" || fault.BlockType != "probe" || fault.Class != engine.StepExecution {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(fault.Message, "password") {
		t.Errorf("the message is not for strangers: %s", fault.Message)
	}
}

func TestPanicFailsTheRunAlone(t *testing.T) {
	t.Parallel()
	w := compile(t, document("", twoProbes, ""), func(_ context.Context, c *engine.Call) (engine.Result, error) {
		panic("no such luck")
	})
	_, err := w.Run(t.Context(), engine.Request{})
	if fault, ok := errors.AsType[*engine.Fault](err); !ok || fault.Class != engine.EngineRuntime {
		t.Fatalf("got %v", err)
	}
}

func TestStepTimeIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := compile(t, document("", `{"type": "probe", "name": "slow"}`, ""), func(ctx context.Context, _ *engine.Call) (engine.Result, error) {
			<-ctx.Done()
			return engine.None(), ctx.Err()
		})
		_, err := w.Run(t.Context(), engine.Request{Limits: engine.Limits{StepTime: time.Minute}})
		if fault, ok := errors.AsType[*engine.Fault](err); !ok || fault.Class != engine.LimitsCaused || fault.Step != "slow" {
			t.Errorf("got %v", err)
		}
	})
}

func TestCancellationReachesTheStep(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	w := compile(t, document("", twoProbes, ""), func(ctx context.Context, _ *engine.Call) (engine.Result, error) {
		cancel()
		<-ctx.Done()
		return engine.None(), ctx.Err()
	})
	if _, err := w.Run(ctx, engine.Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestElementsAreBounded(t *testing.T) {
	t.Parallel()
	w := compile(t, document(batchInput,
		`{"type": "split", "name": "split", "data": "$inputs.list"}`, output("x", "$steps.split.output")), echo)
	given := map[string]any{"list": []any{make([]any, 90), make([]any, 20)}}
	_, err := w.Run(t.Context(), engine.Request{Inputs: given, Limits: engine.Limits{Elements: 100}})
	if fault, ok := errors.AsType[*engine.Fault](err); !ok || fault.Class != engine.LimitsCaused {
		t.Errorf("got %v", err)
	}
	if _, err := w.Run(t.Context(), engine.Request{Inputs: given, Limits: engine.Limits{Elements: 112}}); err != nil {
		t.Error(err)
	}
}

func TestResultIsBounded(t *testing.T) {
	t.Parallel()
	w := compile(t, document("", `{"type": "probe", "name": "big"}`, output("x", "$steps.big.output")), echo)
	var shared any = strings.Repeat("x", 100)
	for range 30 {
		shared = []any{shared, shared}
	}
	results := []map[string]any{{"x": shared}}
	_, err := w.Serialize(t.Context(), nil, results, 1<<20, nil)
	if fault, ok := errors.AsType[*engine.Fault](err); !ok || fault.Class != engine.LimitsCaused {
		t.Errorf("got %v", err)
	}
}

func TestAttemptsAreNumberedOverAllCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var numbers []int
		w := compile(t, document(batchInput, `{"type": "probe", "name": "call", "data": "$inputs.list"}`, ""),
			func(ctx context.Context, c *engine.Call) (engine.Result, error) {
				err := c.Attempts(ctx, engine.Retry{Tries: 3, Wait: time.Second}, func(_ context.Context, a engine.Attempt) error {
					numbers = append(numbers, a.Number)
					return engine.Retryable(errors.New("busy"), 0)
				})
				if err == nil || err.Error() != "busy" {
					t.Errorf("got %v", err)
				}
				return one("output", nil), nil
			})
		if _, err := w.Run(t.Context(), engine.Request{Inputs: map[string]any{"list": []any{1, 2}}}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{1, 2, 3, 4, 5, 6}, numbers); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEvents(t *testing.T) {
	t.Parallel()
	stop := `{"type": "ContinueIf", "name": "gate", "next_steps": ["$steps.never"], "condition_statement": {"type": "StatementGroup",
	  "statements": [{"type": "UnaryStatement", "operator": {"type": "Exists"}, "operand": {"type": "StaticOperand", "value": null}}]}}`
	w := compile(t, document("", stop+`, {"type": "probe", "name": "never"}`, ""), echo)
	var got []string
	observe := func(e engine.Event) { got = append(got, e.Step+" "+e.Kind.String()) }
	if _, err := w.Run(t.Context(), engine.Request{Observe: observe}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"gate started", "gate finished", "never skipped"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRunsShareNothing(t *testing.T) {
	t.Parallel()
	w := compile(t, document(`{"type": "WorkflowParameter", "name": "who"}`,
		`{"type": "probe", "name": "keep", "data": "$inputs.who"}`, output("x", "$steps.keep.output")),
		func(_ context.Context, c *engine.Call) (engine.Result, error) {
			return one("output", c.State("first", func() any { return c.Arg("data") })), nil
		})
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			got, err := w.Run(t.Context(), engine.Request{Inputs: map[string]any{"who": i}})
			if err != nil || got[0]["x"] != int64(i) {
				t.Errorf("run %d got %v, %v", i, got, err)
			}
		})
	}
	all.Wait()
}

func TestInputsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := compile(t, document(batchInput+`,{"type": "WorkflowBatchInput", "name": "deep", "kind": ["*"], "dimensionality": 2}`,
		`{"type": "probe", "name": "a", "data": "$inputs.list"}`, ""), echo)
	for name, given := range map[string]map[string]any{
		"absent":     {"list": []any{1, 2}},
		"null":       {"list": nil, "deep": []any{}},
		"not a list": {"list": 1, "deep": 2},
		"flat":       {"list": []any{1, 2}, "deep": []any{1, 2}},
		"length":     {"list": []any{1, 2}, "deep": []any{[]any{}, []any{}, []any{}}},
		"empty":      {"list": []any{}, "deep": []any{[]any{}}},
	} {
		_, err := w.Run(t.Context(), engine.Request{Inputs: given})
		if fault, ok := errors.AsType[*engine.Fault](err); !ok || fault.Class != engine.RuntimeInput || fault.Input == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

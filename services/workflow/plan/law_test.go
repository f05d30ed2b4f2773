package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// randomWorkflow draws steps that take outputs of earlier steps at random. Most have an
// error, some compile.
func randomWorkflow(t *rapid.T) []byte {
	sources := []string{"$inputs.image", "$inputs.nested", "$inputs.p"}
	var steps []string
	for i := range rapid.IntRange(1, 7).Draw(t, "steps") {
		a, b := rapid.SampledFrom(sources).Draw(t, "a"), rapid.SampledFrom(sources).Draw(t, "b")
		name := fmt.Sprintf("s%d", i)
		next := fmt.Sprintf("$steps.s%d", i+1)
		format := rapid.SampledFrom([]string{
			`{"type":"collapse","name":"%s","data":"%s"}`, `{"type":"stitch","name":"%s","whole":"%s","parts":"%s"}`, `{"type":"both","name":"%s","a":"%s","b":"%s"}`,
			`{"type":"produce","name":"%s"}`, `{"type":"constant","name":"%s"}`, `{"type":"join","name":"%s","list":["%s","%s",1]}`,
			`{"type":"deepen","name":"%s","data":"%s"}`, "gate",
		}).Draw(t, "block")
		if format == "gate" {
			steps = append(steps, gate(name, a, next))
			continue
		}
		steps = append(steps, fmt.Sprintf(format, []any{name, a, b}[:strings.Count(format, "%s")]...))
		sources = append(sources, "$steps."+name+".output")
	}
	return document(strings.Join(steps, ","))
}

func TestLawsOfCompiledPlans(t *testing.T) {
	t.Parallel()
	catalogue := lawCatalogue()
	compiled := 0
	rapid.Check(t, func(t *rapid.T) {
		raw := randomWorkflow(t)
		p, _, problems := plan.Load(raw, catalogue)
		_, _, again := plan.Load(raw, catalogue)
		if diff := cmp.Diff(problems, again); diff != "" {
			t.Fatalf("compiling twice says two things: %s", diff)
		}
		if p == nil {
			return
		}
		compiled++
		for i := range p.Steps {
			checkStep(t, p, &p.Steps[i])
		}
	})
	if compiled == 0 {
		t.Error("not one workflow compiled: the laws were not tried")
	}
}

func checkStep(t *rapid.T, p *plan.Plan, s *plan.Step) {
	for _, before := range s.Predecessors {
		if p.Steps[before].Layer >= s.Layer {
			t.Fatalf("%s is not after %s", s.Name, p.Steps[before].Name)
		}
	}
	meets := s.DataLineage
	if s.ControlSupport != nil {
		meets = s.ControlSupport
	}
	if s.SIMD != (len(meets) > 0) {
		t.Fatalf("%s: SIMD %v over %v", s.Name, s.SIMD, meets)
	}
	if want := max(len(meets)+s.Manifest.OutputOffset, 0); len(s.Lineage) != want {
		t.Fatalf("%s: the output has %d levels, want %d", s.Name, len(s.Lineage), want)
	}
	if s.ExecutionDimensionality > len(meets) {
		t.Fatalf("%s runs over %d levels of %v", s.Name, s.ExecutionDimensionality, meets)
	}
	shorter := len(meets) - 1
	for _, a := range s.Arguments {
		for _, e := range append([]plan.Argument{a}, a.Elements...) {
			if len(e.Lineage) > 0 && !e.Lineage.IsPrefixOf(meets) && !meets.IsPrefixOf(e.Lineage) {
				t.Fatalf("%s: %v cannot be matched with %v", s.Name, e.Lineage, meets)
			}
			if e.Cast && len(e.Lineage) > 0 || e.Cast && e.CastDimensionality < max(shorter, 1) {
				t.Fatalf("%s: a wrong cast %+v", s.Name, e)
			}
		}
	}
	for _, g := range s.Gates {
		if !slices.Contains(p.Branches[g].Targets, s.Index) {
			t.Fatalf("%s is gated by a branch that does not name it", s.Name)
		}
	}
}

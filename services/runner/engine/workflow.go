package engine

import (
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// source provides the value of an argument, or of one entry of a list or map.
type source struct {
	name string
	form plan.Form
	// static is the value of a constant.
	static any
	input  int
	step   int
	output string
	// at is the level of the referenced value, 0 for scalars.
	at int
	// cast: a scalar is repeated for every element of the step's level (depth 0) or of the
	// level below (depth 1).
	cast  bool
	depth int
	// credential means that the field can hold one.
	credential bool
	// prefix stands before a credential that is an address.
	prefix string
	// coerce is the field that a parameter is checked against.
	coerce  *manifest.Field
	entries []source
}

func (w *Workflow) source(a *plan.Argument, s *stepPlan) source {
	out := source{form: a.Form, static: a.Value, input: a.Input, step: a.Step, output: a.Output, name: a.Key}
	if a.Field != nil {
		out.name = a.Field.Name
	}
	out.credential = a.Field != nil && a.Field.Credential != nil
	if out.credential && a.Field.Credential.Scheme == manifest.SchemeURL {
		out.prefix = a.Prefix
	}
	if a.Form == plan.Slot {
		out.form, out.static = plan.Static, any(value.Placeholder(out.prefix)+SlotMark)
	}
	out.at = w.level(a.Lineage)
	if a.Substituted {
		out.coerce = a.Field
	}
	if a.Cast {
		out.cast, out.depth = true, w.castDepth(a, s)
	}
	for i := range a.Elements {
		out.entries = append(out.entries, w.source(&a.Elements[i], s))
	}
	return out
}

// castDepth returns how many levels below the step's own level a cast scalar is repeated.
// If no argument of the step is a batch, there is no level, and one element stands in.
func (w *Workflow) castDepth(a *plan.Argument, s *stepPlan) int {
	if len(w.levels[s.at].lineage) > 0 || s.below >= 0 {
		return a.CastDimensionality - len(w.levels[s.at].lineage)
	}
	if s.Manifest.OutputOffset >= 0 {
		s.lone = true
		return a.CastDimensionality - 1
	}
	return a.CastDimensionality
}

// Workflow is a compiled definition with its blocks. It is immutable and safe for
// concurrent runs, so it can be cached until the definition changes.
type Workflow struct {
	plan   *plan.Plan
	levels []level
	inputs []inputPlan
	steps  []stepPlan
	// branches has the level on which each flow-control step decides.
	branches []branchPlan
	outputs  []int // level of each output
	// root is the level of the batch in the run's inputs, or 0 if no output belongs to that
	// batch.
	root int
	unit *elements
}

// Plan returns the plan that the workflow was compiled from.
func (w *Workflow) Plan() *plan.Plan { return w.plan }

// stepPlan is a step with its block and everything that is the same in all runs.
type stepPlan struct {
	*plan.Step
	step  Step
	block Block
	// width is the largest number of elements that the step works on concurrently.
	width int
	args  []source
	// at is the level whose elements the step works on. below is one level deeper, if some
	// arguments are on that level, or else -1. out is the level of the outputs.
	at, below, out int
	// lone: the step has no batch, only scalars that were cast to a batch of one.
	lone bool
	// adds: each element yields a list, and its items become the elements of out.
	adds bool
	// spreads: each element yields a list of values for the existing elements of below.
	spreads bool
	// targets maps the selectors of a flow-control step to branches.
	targets map[string]int
}

// inputPlan is a workflow input with the levels of its elements, outermost first. A
// parameter has no levels.
type inputPlan struct {
	*plan.Input
	levels []int
}

func (w *Workflow) planInput(in *plan.Input) inputPlan {
	out := inputPlan{Input: in}
	for depth := 1; depth <= len(in.Lineage); depth++ {
		out.levels = append(out.levels, w.level(in.Lineage[:depth]))
	}
	return out
}

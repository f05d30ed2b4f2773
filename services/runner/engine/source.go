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

package plan

import (
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
)

// dataLineages returns the distinct lineages of the step's data, without cast scalars.
func (f *flow) dataLineages() []Lineage {
	var out []Lineage
	for _, b := range f.fields {
		for _, l := range b.lineages {
			if !slices.ContainsFunc(out, l.Equal) {
				out = append(out, l)
			}
		}
	}
	return out
}

// inputLineages checks that the step's data belongs together: there is one lineage for each
// depth, and a shallower lineage is a prefix of the deeper one.
func (f *flow) inputLineages() bool {
	for _, b := range f.fields {
		if len(b.lineages) > 1 {
			return f.fail(workflow.KindLineage, b.name, "the elements of %s come from different origins (%s); they cannot be matched", b.name, origins(b.lineages))
		}
	}
	lineages := f.dataLineages()
	slices.SortStableFunc(lineages, func(a, b Lineage) int { return len(a) - len(b) })
	for i := 1; i < len(lineages); i++ {
		if len(lineages[i-1]) == len(lineages[i]) {
			return f.fail(workflow.KindLineage, "", "the inputs have the same depth but come from different origins (%s); their elements cannot be matched", origins(lineages[i-1:i+1]))
		}
	}
	if len(lineages) > 2 {
		return f.fail(workflow.KindLineage, "", "the inputs are at more than two depths (%s)", origins(lineages))
	}
	if len(lineages) == 2 && !lineages[0].Equal(lineages[1][:len(lineages[1])-1]) {
		return f.fail(workflow.KindLineage, "", "the deeper input is not made from the other (%s); their elements cannot be matched", origins(lineages))
	}
	return true
}

func origins(lineages []Lineage) string {
	parts := make([]string, len(lineages))
	for i, l := range lineages {
		parts[i] = strings.Join(l, " / ")
	}
	return strings.Join(parts, "; ")
}

// controlLineages checks that gates decide on levels that the step's data has.
func (f *flow) controlLineages() bool {
	lineages := f.dataLineages()
	if len(lineages) == 0 {
		return true
	}
	ok := true
	for _, gate := range f.step.Gates {
		from := &f.plan.Steps[f.plan.Branches[gate].Step]
		if len(from.Lineage) == 0 || slices.ContainsFunc(lineages, from.Lineage.IsPrefixOf) {
			continue
		}
		ok = f.fail(workflow.KindControlFlow, "", "the step %q decides for each element of %s, but this step's data comes from %s; its decision cannot be applied here",
			from.Name, strings.Join(from.Lineage, " / "), origins(lineages))
	}
	return ok
}

// result sets the lineage of the step's outputs and the way it is executed.
func (f *flow) result() {
	s := f.step
	lineages := f.dataLineages()
	if len(lineages) > 0 {
		s.DataLineage = f.meetingLineage(lineages)
	} else if !f.controlSupport() {
		return
	}
	support := s.DataLineage
	if s.ControlSupport != nil {
		support = s.ControlSupport
	}
	s.SIMD = len(support) > 0
	f.execution(support)
	f.castTo(support, lineages)
	f.offsetOutput(support)
}

// meetingLineage returns the lineage at which the step's data meets.
func (f *flow) meetingLineage(lineages []Lineage) Lineage {
	reference := f.field(f.step.Manifest.Reference)
	if reference == nil {
		return lineages[0]
	}
	for _, l := range lineages {
		if len(l) == reference.dimensionality {
			return l
		}
	}
	// The reference is a cast scalar, shallower than all data. It stands for the parents.
	return lineages[0][:reference.dimensionality]
}

// controlSupport lets a step without batch data run over the indices of its gates.
func (f *flow) controlSupport() bool {
	var deepest []Lineage
	for _, gate := range f.step.Gates {
		l := f.plan.Steps[f.plan.Branches[gate].Step].Lineage
		if len(l) == 0 || len(deepest) > 0 && len(l) < len(deepest[0]) {
			continue
		}
		if len(deepest) > 0 && len(l) > len(deepest[0]) {
			deepest = nil
		}
		if !slices.ContainsFunc(deepest, l.Equal) {
			deepest = append(deepest, l)
		}
	}
	if len(deepest) > 1 {
		return f.fail(workflow.KindAssumption, "", "the step has no batch data of its own, and the steps that gate it decide for elements of different origins (%s)", origins(deepest))
	}
	if len(deepest) == 1 {
		f.step.ControlSupport = deepest[0]
	}
	return true
}

// execution sets the depth of the indices over which the step runs.
func (f *flow) execution(support Lineage) {
	s := f.step
	if s.ControlSupport != nil {
		s.ExecutionDimensionality = len(support)
		return
	}
	if !s.SIMD {
		return
	}
	s.ExecutionDimensionality = f.fields[0].dimensionality
	for _, b := range f.fields {
		s.ExecutionDimensionality = min(s.ExecutionDimensionality, b.dimensionality)
	}
	if s.Manifest.OutputOffset < 0 {
		s.ExecutionDimensionality--
	}
}

// castTo sets the indices to which cast arguments are broadcast.
func (f *flow) castTo(support Lineage, lineages []Lineage) {
	for _, b := range f.fields {
		depth := b.dimensionality
		if f.step.ControlSupport != nil {
			depth = len(support) + b.offset
		}
		var over Lineage
		for _, l := range append([]Lineage{support}, lineages...) {
			if len(l) == depth {
				over = l
			} else if len(l) > depth && over == nil {
				over = l[:depth]
			}
		}
		setCast(b.argument, depth, over)
	}
}

func setCast(a *Argument, depth int, over Lineage) {
	if a.Cast {
		a.CastDimensionality, a.CastLineage = depth, over
	}
	for i := range a.Elements {
		setCast(&a.Elements[i], depth, over)
	}
}

// offsetOutput applies the output offset to the lineage at which the step runs.
func (f *flow) offsetOutput(support Lineage) {
	s := f.step
	switch s.Manifest.OutputOffset {
	case 1:
		if len(support) >= maxDimensionality {
			f.fail(workflow.KindLimit, "", "the data is nested more than %d levels deep here", maxDimensionality)
			return
		}
		s.Lineage = append(slices.Clone(support), "$steps."+s.Name)
	case -1:
		s.Lineage = support[:max(len(support)-1, 0)]
	default:
		s.Lineage = support
	}
}

package plan

import (
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// dataflow computes the dimensionality and lineage of every step, layer by layer. It skips
// a step with a problem, and steps after it, because their results would be guesses.
func (c *compiler) dataflow() {
	for _, layer := range c.plan.Layers {
		for _, i := range layer {
			f := &flow{compiler: c, step: &c.plan.Steps[i]}
			if c.broken[i] || f.afterBroken() {
				c.markBroken(i)
				continue
			}
			f.trace()
		}
	}
}

func (f *flow) afterBroken() bool {
	return slices.ContainsFunc(f.step.Predecessors, func(i int) bool { return f.broken[i] })
}

// trace applies the rules of the language in order and stops at the first failure.
func (f *flow) trace() {
	f.resolveLineages()
	if !f.collectFields() || !f.declaredOffsets() || !f.inputLevels() || !f.outputOffset() ||
		!f.relativeLevels() || !f.inputLineages() || !f.controlLineages() {
		return
	}
	f.result()
}

// resolveLineages sets the lineages of references to steps, which are known now.
func (f *flow) resolveLineages() {
	for i := range f.step.Arguments {
		a := &f.step.Arguments[i]
		f.resolve(a)
		for j := range a.Elements {
			f.resolve(&a.Elements[j])
		}
	}
}

func (f *flow) resolve(a *Argument) {
	if a.Form == FromStep {
		a.Lineage = f.plan.Steps[a.Step].Lineage
	}
}

// collectFields compares what each field accepts with what it receives, and marks scalars
// that must be cast.
func (f *flow) collectFields() bool {
	ok := true
	for i := range f.step.Arguments {
		a := &f.step.Arguments[i]
		takesBatch, takesScalar := expectation(a.Field)
		lineages := distinctLineages(a)
		if len(lineages) > 0 && takesScalar && !takesBatch && f.step.Manifest.AcceptsBatches() {
			ok = f.fail(workflow.KindGraph, a.Field.Name, "%s takes a single value, but gets a batch: one for each picture or element; use a parameter or a constant", a.Field.Name)
			continue
		}
		cast := takesBatch && !takesScalar && markCast(a)
		if len(lineages) > 0 || cast {
			f.fields = append(f.fields, batchField{
				argument: a, name: a.Field.Name, lineages: lineages, offset: f.step.Manifest.InputOffsets[a.Field.Name],
			})
		}
	}
	return ok
}

// expectation says whether a field takes batches, scalars or both. Older references
// imply it; the general one follows the field's own declaration.
func expectation(field *manifest.Field) (batch, scalar bool) {
	for _, t := range field.Accepts {
		for _, alternative := range append([]manifest.Type{t}, append(t.ListOf, t.MapOf...)...) {
			switch alternative.Reference {
			case manifest.WorkflowInput, manifest.StepOutput:
				batch = true
			case manifest.Parameter:
				scalar = true
			case manifest.Data:
				b, s := declaredExpectation(field)
				batch, scalar = batch || b, scalar || s
			}
		}
	}
	return batch, scalar
}

func declaredExpectation(field *manifest.Field) (batch, scalar bool) {
	switch {
	case field.AutoCast:
		return true, false
	case field.Batch == manifest.BatchOrScalar:
		return true, true
	case field.Batch == manifest.BatchOnly:
		return true, false
	default:
		return false, true
	}
}

// markCast marks the scalars of an argument as to be broadcast. A constant null never is.
func markCast(a *Argument) bool {
	if len(a.Elements) == 0 {
		a.Cast = len(a.Lineage) == 0 && (a.Form != Static || a.Value != nil)
		return a.Cast
	}
	any := false
	for i := range a.Elements {
		any = markCast(&a.Elements[i]) || any
	}
	return any
}

// distinctLineages are the lineages of the data in an argument, each once.
func distinctLineages(a *Argument) []Lineage {
	var out []Lineage
	add := func(l Lineage) {
		if len(l) > 0 && !slices.ContainsFunc(out, l.Equal) {
			out = append(out, l)
		}
	}
	add(a.Lineage)
	for i := range a.Elements {
		add(a.Elements[i].Lineage)
	}
	return out
}

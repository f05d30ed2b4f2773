package plan

import (
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// link resolves the references of all steps and draws the data edges.
func (c *compiler) link() {
	for i := range c.links {
		l := &c.links[i]
		argument := &c.plan.Steps[l.step].Arguments[l.argument]
		if l.element >= 0 {
			argument = &argument.Elements[l.element]
		}
		if l.selector.IsInput() {
			c.linkInput(l, argument)
		} else {
			c.linkStep(l, argument)
		}
	}
}

func (c *compiler) linkInput(l *link, argument *Argument) {
	index, ok := c.plan.inputs[l.selector.Input]
	if !ok {
		c.blame(l.step, workflow.KindReference, l.path, l.pointer, "%s refers to the input %q, which is not declared; declare it or correct the name", l.path, l.selector.Input)
		return
	}
	in := &c.plan.Inputs[index]
	argument.Form, argument.Input, argument.Lineage = FromInput, index, in.Lineage
	argument.Substituted = in.Type == workflow.InputParameter && l.element < 0
	wanted := kindsWanted(l.accepts, func(r manifest.Reference) bool { return inputFits(in.Type, r) })
	if !compatibleKinds(in.Kinds, wanted) {
		c.blame(l.step, workflow.KindMismatch, l.path, l.pointer, "%s takes data of kind %s; the input %q is of kind %s",
			l.path, kindsText(wanted), in.Name, kindsText(in.Kinds))
		return
	}
	c.edge(Edge{
		From: Node{Kind: InputNode, Index: index}, To: Node{Kind: StepNode, Index: l.step},
		Field: l.path, Kinds: in.Kinds, Wanted: wanted, Branch: -1,
	})
}

// inputFits reports whether a reference accepts an input of that type. Batch inputs of any
// kind were added to the language after the narrow alternatives, which therefore accept
// them all.
func inputFits(t workflow.InputType, r manifest.Reference) bool {
	switch r {
	case manifest.Data:
		return true
	case manifest.WorkflowInput:
		return t != workflow.InputParameter
	case manifest.Parameter:
		return t == workflow.InputParameter || t == workflow.InputBatch
	default:
		return false
	}
}

func (c *compiler) linkStep(l *link, argument *Argument) {
	source, ok := c.plan.steps[l.selector.Step]
	if !ok {
		c.blame(l.step, workflow.KindReference, l.path, l.pointer, "%s refers to the step %q, which does not exist; correct the name or add the step", l.path, l.selector.Step)
		return
	}
	argument.Form, argument.Step, argument.Output = FromStep, source, l.selector.Output
	c.join(source, l.step)
	from := &c.plan.Steps[source]
	if from.Manifest == nil {
		return // reported as an unknown block
	}
	kinds, ok := from.Output(l.selector.Output)
	if l.selector.Output == manifest.AnyOutput || !ok {
		c.noOutput(l, from)
		return
	}
	wanted := kindsWanted(l.accepts, func(r manifest.Reference) bool { return r == manifest.Data || r == manifest.StepOutput })
	if !compatibleKinds(kinds, wanted) {
		c.blame(l.step, workflow.KindMismatch, l.path, l.pointer, "%s takes data of kind %s; %s is of kind %s",
			l.path, kindsText(wanted), l.selector, kindsText(kinds))
		return
	}
	c.edge(Edge{
		From: Node{Kind: StepNode, Index: source}, To: Node{Kind: StepNode, Index: l.step},
		Field: l.path, Output: l.selector.Output, Kinds: kinds, Wanted: wanted, Branch: -1,
	})
}

func (c *compiler) noOutput(l *link, from *Step) {
	if c.broken[from.Index] {
		return // its outputs are uncertain
	}
	c.blame(l.step, workflow.KindGraph, l.path, l.pointer, "%s refers to %s, but %s", l.path, l.selector, outputsText(from))
}

// outputsText lists the outputs of a step for a message.
func outputsText(s *Step) string {
	if len(s.Outputs) == 0 {
		return "the step has no outputs: it only decides which steps continue"
	}
	names := make([]string, len(s.Outputs))
	for i, o := range s.Outputs {
		names[i] = o.Name
	}
	return "the step's outputs are " + strings.Join(names, ", ")
}

func kindsWanted(types []manifest.Type, fits func(manifest.Reference) bool) []string {
	var kinds []string
	for _, t := range types {
		if !fits(t.Reference) {
			continue
		}
		for _, kind := range t.Kinds {
			if !slices.Contains(kinds, kind) {
				kinds = append(kinds, kind)
			}
		}
	}
	return kinds
}

// compatibleKinds reports whether the kinds intersect or one side accepts anything.
func compatibleKinds(actual, wanted []string) bool {
	if len(wanted) == 0 {
		return false
	}
	if slices.Contains(actual, manifest.Any) || slices.Contains(wanted, manifest.Any) {
		return true
	}
	return slices.ContainsFunc(actual, func(kind string) bool { return slices.Contains(wanted, kind) })
}

func kindsText(kinds []string) string {
	if len(kinds) == 0 {
		return "none"
	}
	text := strings.Join(kinds, ", ")
	if len(text) > 200 {
		text = text[:200] + "…"
	}
	return text
}

func (c *compiler) edge(e Edge) { c.plan.Edges = append(c.plan.Edges, e) }

// join records that to runs after from. Duplicates are removed when layers are made.
func (c *compiler) join(from, to int) {
	c.plan.Steps[from].Successors = append(c.plan.Steps[from].Successors, to)
	c.plan.Steps[to].Predecessors = append(c.plan.Steps[to].Predecessors, from)
}

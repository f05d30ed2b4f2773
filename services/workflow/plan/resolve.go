package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// maxHops bounds the inputs and outputs of inner workflows that one reference passes. A
// reference in a circle passes them for ever.
const maxHops = 64

// meaning is what a selector of an inner workflow stands for in the composition: another
// selector, or else a constant or a credential.
type meaning struct {
	selector workflow.Selector
	node     *document.Node
	pointer  string
}

// unresolved is the reason why a selector has no meaning.
type unresolved struct {
	kind    workflow.Kind
	message string
}

// resolve follows a selector of the scope to an input of the outermost workflow, to an
// output of a step that stays, or to a constant.
func (s *scope) resolve(selector workflow.Selector) (meaning, *unresolved) {
	written := selector
	for range maxHops {
		switch {
		case selector.IsInput() && s.parent == nil:
			return meaning{selector: selector}, nil
		case selector.IsInput():
			value, ok := s.inputs[selector.Input]
			if !ok {
				return meaning{}, &unresolved{workflow.KindReference, fmt.Sprintf("refers to %s, which the inner workflow does not declare", selector)}
			}
			next, isSelector := workflow.ParseSelector(value.node.Text)
			if !value.bound || value.node.Kind != document.String || !isSelector {
				return meaning{node: value.node, pointer: value.pointer}, nil
			}
			selector, s = next, s.parent
		case s.inner[selector.Step] != nil:
			s = s.inner[selector.Step]
			next, ok := s.outputs[selector.Output]
			if !ok {
				return meaning{}, &unresolved{workflow.KindGraph, fmt.Sprintf("refers to %s, but %s", selector, s.outputsText())}
			}
			selector = next
		case s.steps[selector.Step] || s.parent == nil:
			selector.Step = s.prefix + selector.Step
			return meaning{selector: selector}, nil
		default:
			s = s.parent // a step of the outer workflow
		}
	}
	return meaning{}, &unresolved{workflow.KindCycle, fmt.Sprintf("refers to %s, which passes more than %d inputs and outputs of inner workflows, or goes in a circle", written, maxHops)}
}

func (s *scope) outputsText() string {
	if len(s.outputs) == 0 {
		return "the inner workflow has no outputs"
	}
	return "the outputs of the inner workflow are " + strings.Join(slices.Sorted(maps.Keys(s.outputs)), ", ")
}

// entries returns the names of the steps with which a flow-control target starts: the step
// itself, or those steps of an inner workflow that wait for none of its other steps. The
// control edges between these must have been drawn.
func (c *compiler) entries(s *scope, name string) []string {
	for s.inner[name] == nil {
		if s.steps[name] || s.parent == nil {
			return []string{s.prefix + name}
		}
		s = s.parent
	}
	s = s.inner[name]
	if s.entries != nil {
		return s.entries
	}
	inside := func(step int) bool { return c.scopes[step].within(s) }
	for i := range c.plan.Steps {
		if inside(i) && !slices.ContainsFunc(c.plan.Steps[i].Predecessors, inside) {
			s.entries = append(s.entries, c.plan.Steps[i].Name)
		}
	}
	return s.entries
}

// within reports whether s is other or inside of it.
func (s *scope) within(other *scope) bool {
	for ; s != nil; s = s.parent {
		if s == other {
			return true
		}
	}
	return false
}

// finishInner sets the outputs of the steps that hold workflows.
func (c *compiler) finishInner() {
	for i := range c.plan.Inner {
		inner := &c.plan.Inner[i]
		for _, out := range inner.scope.definition.Outputs {
			inner.Outputs = append(inner.Outputs, manifest.Output{Name: out.Name, Kinds: c.kindsOf(inner.scope, out.Selector)})
		}
	}
}

func (c *compiler) kindsOf(s *scope, selector workflow.Selector) []string {
	m, problem := s.resolve(selector)
	if problem != nil || m.node != nil {
		return []string{manifest.Any}
	}
	if i, ok := c.plan.inputs[m.selector.Input]; ok && m.selector.IsInput() {
		return c.plan.Inputs[i].Kinds
	}
	if i, ok := c.plan.steps[m.selector.Step]; ok {
		if kinds, ok := c.plan.Steps[i].Output(m.selector.Output); ok {
			return kinds
		}
	}
	return []string{manifest.Any}
}

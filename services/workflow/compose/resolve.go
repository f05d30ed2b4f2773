package compose

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// maxHops bounds how many inputs and outputs of inner workflows one reference may pass. A
// circular reference would never end.
const maxHops = 64

// Scope is one workflow of a composition: the document itself, or one inside of a step.
type Scope struct {
	Definition *workflow.Definition
	// Depth is 0 for the document.
	Depth  int
	parent *Scope
	// prefix precedes the names of the steps: "" or "<step>__".
	prefix string
	// inputs have the value of each input, nil in the outermost workflow.
	inputs map[string]given
	// steps are the steps that stay; inner are the steps that hold a workflow.
	steps   map[string]bool
	inner   map[string]*Scope
	outputs map[string]workflow.Selector
}

// Meaning is what a selector of an inner workflow stands for in the composition: another
// selector, or else a constant or a credential.
type Meaning struct {
	Selector workflow.Selector
	// Node is the constant or the credential, nil for a selector. Pointer is its position in
	// the document.
	Node    *document.Node
	Pointer string
}

// Unresolved is the reason why a selector has no meaning.
type Unresolved struct {
	Kind    workflow.Kind
	Message string
}

// Resolve follows a selector of the scope to an input of the outermost workflow, to an
// output of a step that stays, or to a constant.
func (s *Scope) Resolve(selector workflow.Selector) (Meaning, *Unresolved) {
	written := selector
	for range maxHops {
		switch {
		case selector.IsInput() && s.parent == nil:
			return Meaning{Selector: selector}, nil
		case selector.IsInput():
			value, ok := s.inputs[selector.Input]
			if !ok {
				return Meaning{}, &Unresolved{workflow.KindReference, fmt.Sprintf("refers to %s, which the inner workflow does not declare", selector)}
			}
			next, isSelector := workflow.ParseSelector(value.node.Text)
			if !value.bound || value.node.Kind != document.String || !isSelector {
				return Meaning{Node: value.node, Pointer: value.pointer}, nil
			}
			selector, s = next, s.parent
		case s.inner[selector.Step] != nil:
			s = s.inner[selector.Step]
			next, ok := s.outputs[selector.Output]
			if !ok {
				return Meaning{}, &Unresolved{workflow.KindGraph, fmt.Sprintf("refers to %s, but %s", selector, s.outputsText())}
			}
			selector = next
		case s.steps[selector.Step] || s.parent == nil:
			selector.Step = s.prefix + selector.Step
			return Meaning{Selector: selector}, nil
		default:
			s = s.parent // a step of the outer workflow
		}
	}
	return Meaning{}, &Unresolved{workflow.KindCycle, fmt.Sprintf("refers to %s, which passes more than %d inputs and outputs of inner workflows, or goes in a circle", written, maxHops)}
}

func (s *Scope) outputsText() string {
	if len(s.outputs) == 0 {
		return "the inner workflow has no outputs"
	}
	return "the outputs of the inner workflow are " + strings.Join(slices.Sorted(maps.Keys(s.outputs)), ", ")
}

// Target follows a flow-control target of the scope: to the scope of an inner workflow, or
// to the name of a step in the composition.
func (s *Scope) Target(step string) (inner *Scope, name string) {
	for s.inner[step] == nil {
		if s.steps[step] || s.parent == nil {
			return nil, s.prefix + step
		}
		s = s.parent
	}
	return s.inner[step], ""
}

// Holds reports whether a step of the scope holds a workflow.
func (s *Scope) Holds(step string) bool { return s.inner[step] != nil }

// Defines reports whether the workflow, or one around it, defines the block type.
func (s *Scope) Defines(blockType string) bool {
	for ; s != nil; s = s.parent {
		if slices.Contains(s.Definition.DynamicBlocks, blockType) {
			return true
		}
	}
	return false
}

// Within reports whether s is other or inside of it.
func (s *Scope) Within(other *Scope) bool {
	for ; s != nil; s = s.parent {
		if s == other {
			return true
		}
	}
	return false
}

// given returns the value of an input: what the outer workflow binds, or the default.
type given struct {
	node    *document.Node
	pointer string
	// bound values are read in the outer workflow; defaults are constants.
	bound bool
}

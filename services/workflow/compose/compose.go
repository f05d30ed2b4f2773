package compose

import (
	"fmt"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// InnerWorkflow is the type of the step that holds another workflow.
const InnerWorkflow = "roboflow_core/inner_workflow@v1"

// A reference has limits of depth and number. A name has a limit like any other name.
const (
	maxDepth     = 4
	maxWorkflows = 32
	maxName      = 256
)

// Of composes a definition. A step with a problem stays a step. Beyond a limit, the rest of
// the steps is left out.
func Of(d *workflow.Definition) (*Composition, workflow.Problems) {
	c := &Composition{Outermost: &Scope{Definition: d}}
	if c.open(c.Outermost) {
		c.uniqueNames()
	}
	return c, c.problems
}

// open adds the steps of a scope. It returns false when there are too many, before it reads
// further.
func (c *Composition) open(s *Scope) bool {
	s.steps, s.inner, s.outputs = map[string]bool{}, map[string]*Scope{}, map[string]workflow.Selector{}
	for _, out := range s.Definition.Outputs {
		if _, taken := s.outputs[out.Name]; !taken {
			s.outputs[out.Name] = out.Selector
		}
	}
	for _, step := range s.Definition.Steps {
		if inner := c.innerOf(s, step); inner != nil {
			s.inner[step.Name] = inner
			if !c.open(inner) {
				return false
			}
			continue
		}
		s.steps[step.Name] = true
		step.Name = s.prefix + step.Name
		if s.parent != nil && len(step.Name) > maxName {
			c.report(workflow.Problem{Kind: workflow.KindLimit, Step: step.Name, Field: "name", Pointer: step.Pointer + "/name", Message: tooLong})
		}
		if len(c.Steps) == workflow.MaxSteps {
			c.report(workflow.Problem{Kind: workflow.KindLimit, Field: "steps", Pointer: "/steps", Message: fmt.Sprintf("with the workflows inside of it the definition has more than %d steps", workflow.MaxSteps)})
			return false
		}
		c.Steps = append(c.Steps, Step{Step: step, Scope: s})
	}
	return true
}

var tooLong = fmt.Sprintf("the names of the step and of those around it have more than %d bytes together", maxName)

// innerOf opens the workflow that a step holds. It returns nil for any other step, and for
// one with a problem.
func (c *Composition) innerOf(s *Scope, step workflow.Step) *Scope {
	if step.Type != InnerWorkflow {
		return nil
	}
	node, saved := step.Node.Get("workflow_definition"), step.Node.Get("workflow_id")
	written, referred := node != nil && node.Kind != document.Null, saved != nil && saved.Kind != document.Null
	at := document.Join(step.Pointer, "workflow_definition")
	name := s.prefix + step.Name
	fail := func(kind workflow.Kind, format string, args ...any) *Scope {
		c.report(workflow.Problem{Kind: kind, Step: name, BlockType: step.Type, Field: "workflow_definition", Pointer: at, Message: fmt.Sprintf(format, args...)})
		return nil
	}
	switch {
	case written && referred:
		return fail(workflow.KindDefinition, "the step has both workflow_definition and workflow_id; leave one of them out")
	case referred:
		return nil // the saved workflow is written into the definition when that is saved
	case !written && step.Node.Get("parameter_bindings") == nil:
		return nil // the step's fields are checked like any other's, and this one is missing
	case !written || node.Kind != document.Object:
		return fail(workflow.KindSyntax, "workflow_definition must be a definition, or workflow_id the name of a saved workflow")
	case s.Depth == maxDepth:
		return fail(workflow.KindLimit, "workflows are nested more than %d deep", maxDepth)
	case len(c.Inner) == maxWorkflows:
		return fail(workflow.KindLimit, "the definition has more than %d workflows inside of it", maxWorkflows)
	case len(name) > maxName:
		return fail(workflow.KindLimit, "%s", tooLong)
	}
	definition, problems := workflow.ParseInner(c.Outermost.Definition, name, node, at)
	c.problems = append(c.problems, problems...)
	inner := &Scope{Definition: definition, parent: s, prefix: name + "__", Depth: s.Depth + 1}
	inner.inputs = c.bindings(inner, name, step)
	c.Inner = append(c.Inner, Inner{Name: name, Source: step, Scope: inner})
	return inner
}

// uniqueNames refuses two steps that have the same name in the composition. The parser has
// compared the names inside of each workflow.
func (c *Composition) uniqueNames() {
	first := make(map[string]*Scope, len(c.Steps))
	for i := range c.Inner {
		first[c.Inner[i].Name] = c.Inner[i].Scope.parent
	}
	for _, s := range c.Steps {
		other, taken := first[s.Name]
		if !taken {
			first[s.Name] = s.Scope
			continue
		}
		if other != s.Scope {
			c.report(workflow.Problem{
				Kind: workflow.KindDuplicatedName, Step: s.Name, Field: "name", Pointer: s.Pointer + "/name",
				Message: fmt.Sprintf("the name %q is also that of a step inside of another workflow; give one of them another name", s.Name),
			})
		}
	}
}

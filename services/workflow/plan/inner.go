package plan

import (
	"fmt"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// InnerWorkflow is the type of the step that holds another workflow. Compile replaces such a
// step by the steps of that workflow, named "<step>__<inner step>".
const InnerWorkflow = "roboflow_core/inner_workflow@v1"

// Limits of a composition. A document contains every workflow that it composes, so the
// composition has at most as many steps as the document; these limits keep it readable.
const (
	maxInnerDepth     = 4
	maxInnerWorkflows = 32
	maxComposedName   = 256
)

// Inner is a step that Compile replaced.
type Inner struct {
	// Name is the step's name in the plan: "<outer>__<step>" inside of another one.
	Name    string
	Source  workflow.Step
	Outputs []manifest.Output
	scope   *scope
}

// scope is one workflow of a composition: the document itself, or one inside of a step.
type scope struct {
	definition *workflow.Definition
	parent     *scope
	// prefix precedes the names of the steps: "" or "<step>__".
	prefix string
	depth  int
	// inputs have the value of each input, nil in the outermost workflow.
	inputs map[string]given
	// steps are the steps that stay, inner those that hold a workflow, entries the names of
	// the steps with which the workflow starts; see [compiler.entries].
	steps   map[string]bool
	entries []string
	inner   map[string]*scope
	outputs map[string]workflow.Selector
}

// given is the value of an input: what the outer workflow binds, or the default.
type given struct {
	node    *document.Node
	pointer string
	// bound values are read in the outer workflow, defaults are constants.
	bound bool
}

// composed is a step of the composition with the scope of its references.
type composed struct {
	workflow.Step
	scope *scope
}

// compose lists the steps of the document, with those of the workflows inside of it.
func (c *compiler) compose() []composed {
	root := &scope{definition: c.plan.Definition}
	c.outermost = root
	var steps []composed
	if !c.open(root, &steps) {
		return nil
	}
	c.uniqueNames(steps)
	return steps
}

// open adds the steps of a scope. It returns false when a limit is exceeded, before it reads
// further.
func (c *compiler) open(s *scope, steps *[]composed) bool {
	s.steps, s.inner, s.outputs = map[string]bool{}, map[string]*scope{}, map[string]workflow.Selector{}
	for _, out := range s.definition.Outputs {
		if _, taken := s.outputs[out.Name]; !taken {
			s.outputs[out.Name] = out.Selector
		}
	}
	for _, step := range s.definition.Steps {
		if inner := c.innerOf(s, step); inner != nil {
			s.inner[step.Name] = inner
			if !c.open(inner, steps) {
				return false
			}
			continue
		}
		s.steps[step.Name] = true
		step.Name = s.prefix + step.Name
		if s.parent != nil && len(step.Name) > maxComposedName {
			c.report(workflow.Problem{Kind: workflow.KindLimit, Step: step.Name, Field: "name", Pointer: step.Pointer + "/name", Message: fmt.Sprintf("the name of the step and of those around it have more than %d bytes together", maxComposedName)})
		}
		if len(*steps) == workflow.MaxSteps {
			c.report(workflow.Problem{Kind: workflow.KindLimit, Field: "steps", Pointer: "/steps", Message: fmt.Sprintf("with the workflows inside of it the definition has more than %d steps", workflow.MaxSteps)})
			return false
		}
		*steps = append(*steps, composed{Step: step, scope: s})
	}
	return true
}

// innerOf opens the workflow that a step holds. It returns nil for any other step, and for
// one with a problem, which stays a step.
func (c *compiler) innerOf(s *scope, step workflow.Step) *scope {
	m, known := c.catalogue.Find(step.Type)
	if !known || m.Type != InnerWorkflow {
		return nil
	}
	node, saved := step.Node.Get("workflow_definition"), step.Node.Get("workflow_id")
	written, referred := node != nil && node.Kind != document.Null, saved != nil && saved.Kind != document.Null
	at := document.Join(step.Pointer, "workflow_definition")
	fail := func(kind workflow.Kind, format string, args ...any) *scope {
		c.report(workflow.Problem{
			Kind: kind, Step: s.prefix + step.Name, BlockType: step.Type, Field: "workflow_definition", Pointer: at, Message: fmt.Sprintf(format, args...),
		})
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
	case s.depth == maxInnerDepth:
		return fail(workflow.KindLimit, "workflows are nested more than %d deep", maxInnerDepth)
	case len(c.plan.Inner) == maxInnerWorkflows:
		return fail(workflow.KindLimit, "the definition has more than %d workflows inside of it", maxInnerWorkflows)
	case len(s.prefix+step.Name) > maxComposedName:
		return fail(workflow.KindLimit, "the names of the step and of those around it have more than %d bytes together", maxComposedName)
	}
	definition, problems := workflow.ParseInner(c.plan.Definition, s.prefix+step.Name, node, at)
	for _, p := range problems {
		c.report(p)
	}
	inner := &scope{definition: definition, parent: s, prefix: s.prefix + step.Name + "__", depth: s.depth + 1}
	inner.inputs = c.bindings(inner, step)
	c.plan.Inner = append(c.plan.Inner, Inner{Name: s.prefix + step.Name, Source: step, scope: inner})
	return inner
}

// uniqueNames refuses two steps whose names meet in the composition. The parser has compared
// the names inside of each workflow.
func (c *compiler) uniqueNames(steps []composed) {
	first := make(map[string]*scope, len(steps))
	for i := range c.plan.Inner {
		first[c.plan.Inner[i].Name] = c.plan.Inner[i].scope.parent
	}
	for _, s := range steps {
		other, taken := first[s.Name]
		if !taken {
			first[s.Name] = s.scope
			continue
		}
		if other != s.scope {
			c.report(workflow.Problem{
				Kind: workflow.KindDuplicatedName, Step: s.Name, Field: "name", Pointer: s.Pointer + "/name",
				Message: fmt.Sprintf("the name %q is also that of a step inside of another workflow; give one of them another name", s.Name),
			})
		}
	}
}

// bindings reads the values of the inputs of an inner workflow.
func (c *compiler) bindings(inner *scope, step workflow.Step) map[string]given {
	name := strings.TrimSuffix(inner.prefix, "__")
	at := document.Join(step.Pointer, "parameter_bindings")
	fail := func(kind workflow.Kind, key, format string, args ...any) {
		c.report(workflow.Problem{
			Kind: kind, Step: name, BlockType: step.Type, Field: strings.TrimSuffix("parameter_bindings."+key, "."),
			Pointer: strings.TrimSuffix(document.Join(at, key), "/"), Message: fmt.Sprintf(format, args...),
		})
	}
	written := step.Node.Get("parameter_bindings")
	if written == nil || written.Kind != document.Object {
		fail(workflow.KindSyntax, "", "parameter_bindings must be an object with a value for each input of the inner workflow; it may be empty")
		return nil
	}
	values := make(map[string]given, len(inner.definition.Inputs))
	for _, in := range inner.definition.Inputs {
		if node := written.Get(in.Name); node != nil {
			values[in.Name] = given{node: node, pointer: document.Join(at, in.Name), bound: true}
			if !oneReference(node) && anyReferenceIn(node) {
				fail(workflow.KindSyntax, in.Name, "a binding is one reference ($inputs.<name>, $steps.<step>.<output>, $credentials.<id>) or a constant without one; join texts in a string_template step")
			}
			continue
		}
		node := in.Node.Get("default_value")
		if node == nil || in.Type != workflow.InputParameter {
			fail(workflow.KindMissingBinding, in.Name, "the inner workflow needs its input %q; bind it", in.Name)
			values[in.Name] = given{node: &document.Node{Kind: document.Null}, pointer: at}
			continue
		}
		if anyReferenceIn(node) {
			fail(workflow.KindSyntax, in.Name, "the default of the inner workflow's input %q holds a reference, and a default is a constant; bind the input instead", in.Name)
		}
		values[in.Name] = given{node: node, pointer: document.JoinIndex(document.Join(step.Pointer, "workflow_definition", "inputs"), in.Index) + "/default_value"}
	}
	for _, member := range written.Members {
		if _, declared := inner.definition.Input(member.Key); !declared {
			fail(workflow.KindUnknownBinding, member.Key, "the inner workflow has no input %q; remove the binding or correct the name", member.Key)
		}
	}
	return values
}

// oneReference reports whether a value is a reference and nothing else.
func oneReference(n *document.Node) bool {
	if n.Kind != document.String {
		return false
	}
	selector, ok := workflow.ParseSelector(n.Text)
	return ok && !selector.IsStep() || isCredential(n.Text)
}

// anyReferenceIn searches a value, its lists and objects for a reference.
func anyReferenceIn(n *document.Node) bool {
	if n.Kind == document.String {
		return anyReference.MatchString(n.Text)
	}
	for _, item := range n.Items {
		if anyReferenceIn(item) {
			return true
		}
	}
	for _, member := range n.Members {
		if anyReferenceIn(member.Value) {
			return true
		}
	}
	return false
}

package compose

import (
	"fmt"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// bindings reads the values of the inputs of an inner workflow.
func (c *Composition) bindings(inner *Scope, name string, step workflow.Step) map[string]given {
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
	values := make(map[string]given, len(inner.Definition.Inputs))
	for _, in := range inner.Definition.Inputs {
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
		if _, declared := inner.Definition.Input(member.Key); !declared {
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
	return ok && !selector.IsStep() || workflow.IsCredential(n.Text)
}

// anyReferenceIn searches a value, its lists and objects for a reference.
func anyReferenceIn(n *document.Node) bool {
	if n.Kind == document.String {
		return workflow.HoldsReference(n.Text)
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

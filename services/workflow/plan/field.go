package plan

import (
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/compose"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/mention"
)

// read converts the written value into an argument. A nil node means that the field is
// absent.
func (r *reader) read(node *document.Node) Argument {
	if node == nil {
		return r.absent()
	}
	if a, ok := r.mention(node, r.field.Accepts, "", r.field.Name, r.pointer, -1); ok {
		return a
	}
	switch {
	case node.Kind == document.String && strings.HasPrefix(node.Text, "$"):
		return r.dollar(node, r.field.Accepts, r.field.Name, r.pointer, -1)
	case node.Kind == document.Array:
		if types := elementTypes(r.field, func(t manifest.Type) []manifest.Type { return t.ListOf }); types != nil {
			return r.list(node, types)
		}
	case node.Kind == document.Object:
		if types := elementTypes(r.field, func(t manifest.Type) []manifest.Type { return t.MapOf }); types != nil {
			return r.object(node, types)
		}
	}
	return r.static(node, r.field.Accepts, r.field.Name, r.pointer)
}

// elementTypes returns the alternative types of elements if these are scanned one by one,
// because they may be references, slots or parts of the query language.
func elementTypes(field *manifest.Field, pick func(manifest.Type) []manifest.Type) []manifest.Type {
	var types []manifest.Type
	scan := field.Credential != nil
	for _, t := range field.Accepts {
		for _, element := range pick(t) {
			types = append(types, element)
			scan = scan || element.Reference != "" || element.Query != ""
		}
	}
	if !scan {
		return nil
	}
	return types
}

func (r *reader) list(node *document.Node, types []manifest.Type) Argument {
	out := Argument{Form: ListOf, Pointer: r.pointer, Elements: make([]Argument, len(node.Items))}
	for i, item := range node.Items {
		out.Elements[i] = r.element(item, types, fieldPath(r.field.Name, "", i), document.JoinIndex(r.pointer, i), i)
	}
	return collapse(out)
}

func (r *reader) object(node *document.Node, types []manifest.Type) Argument {
	out := Argument{Form: MapOf, Pointer: r.pointer, Elements: make([]Argument, len(node.Members))}
	for i, member := range node.Members {
		path, pointer := fieldPath(r.field.Name, member.Key, -1), document.Join(r.pointer, member.Key)
		element, ok := r.mention(member.Value, types, member.Key, path, pointer, i)
		if !ok {
			element = r.element(member.Value, types, path, pointer, i)
		}
		element.Key = member.Key
		out.Elements[i] = element
	}
	return collapse(out)
}

func (r *reader) element(node *document.Node, types []manifest.Type, path, pointer string, index int) Argument {
	if node.Kind == document.String && strings.HasPrefix(node.Text, "$") {
		return r.dollar(node, types, path, pointer, index)
	}
	return r.static(node, types, path, pointer)
}

// collapse turns a list or map of constants into one constant.
func collapse(a Argument) Argument {
	for i := range a.Elements {
		if a.Elements[i].Form != Static {
			return a
		}
	}
	if a.Form == ListOf {
		list := make([]any, len(a.Elements))
		for i := range a.Elements {
			list[i] = a.Elements[i].Value
		}
		return Argument{Value: list, Pointer: a.Pointer}
	}
	object := make(map[string]any, len(a.Elements))
	for i := range a.Elements {
		object[a.Elements[i].Key] = a.Elements[i].Value
	}
	return Argument{Value: object, Pointer: a.Pointer}
}

// dollar reads a text that starts with "$": a reference, a slot, or plain text.
func (r *reader) dollar(node *document.Node, types []manifest.Type, path, pointer string, element int) Argument {
	if workflow.IsCredential(node.Text) {
		return r.slot(node, path, pointer)
	}
	selector, isSelector := workflow.ParseSelector(node.Text)
	if !isSelector || !takesReferences(types) || r.constant {
		return r.static(node, types, path, pointer)
	}
	if !selector.IsStep() {
		m, problem := r.scopes[r.step].Resolve(selector)
		if problem != nil {
			r.fail(problem.Kind, path, pointer, "%s %s", path, problem.Message)
			return Argument{Pointer: pointer}
		}
		if m.Node != nil {
			return r.substitute(m, types, path, element)
		}
		selector = m.Selector
	}
	if !fits(selector, types) {
		kind := workflow.KindSyntax
		if selector.IsStep() {
			kind = workflow.KindGraph
		}
		r.fail(kind, path, pointer, "%s must be %s", path, manifest.Describe(types))
		return Argument{Pointer: pointer}
	}
	r.links = append(r.links, link{
		step: r.step, argument: r.argument, element: element, selector: selector, accepts: types, path: path, pointer: pointer,
	})
	return Argument{Form: FromStep, Pointer: pointer} // link completes it
}

// substitute reads the value of an inner workflow's input as if it were written here.
func (r *reader) substitute(m compose.Meaning, types []manifest.Type, path string, element int) Argument {
	if m.Node.Kind == document.String && workflow.IsCredential(m.Node.Text) {
		return r.slot(m.Node, path, m.Pointer)
	}
	if r.copied += m.Node.End - m.Node.Start; r.copied > workflow.MaxBytes {
		r.fail(workflow.KindLimit, path, m.Pointer, "the constants that are bound to inputs of inner workflows come to more than %d bytes; pass them as inputs of the workflow", workflow.MaxBytes)
		return Argument{Pointer: m.Pointer}
	}
	if r.secretHere(path) && m.Node.Kind == document.String && m.Node.Text != "" && !strings.HasPrefix(m.Node.Text, managedKey) {
		r.fail(workflow.KindSyntax, path, m.Pointer, "%s takes a credential: bind $credentials.<id>, or an input of the workflow", path)
		return Argument{Pointer: m.Pointer}
	}
	r.constant = true
	defer func() { r.constant = false }()
	if element >= 0 {
		return r.static(m.Node, types, path, m.Pointer)
	}
	before := r.pointer
	r.pointer = m.Pointer
	defer func() { r.pointer = before }()
	return r.read(m.Node)
}

// mention reads a text that mention.Split splits.
func (r *reader) mention(node *document.Node, types []manifest.Type, key, path, pointer string, element int) (Argument, bool) {
	if node.Kind != document.String {
		return Argument{}, false
	}
	prefix, reference, ok := mention.Split(r.field, key, node.Text)
	if !ok {
		return Argument{}, false
	}
	selector, _ := workflow.ParseSelector(reference)
	if selector.IsStepOutput() {
		r.fail(workflow.KindSyntax, path, pointer, "%s takes a credential after %q: write $credentials.<id> or $inputs.<name> there; what another step gives is ordinary data", path, prefix)
		return Argument{Pointer: pointer}, true
	}
	rest := *node
	rest.Text = reference
	if selector.IsInput() {
		m, problem := r.scopes[r.step].Resolve(selector)
		switch {
		case problem != nil:
			r.fail(problem.Kind, path, pointer, "%s %s", path, problem.Message)
			return Argument{Pointer: pointer}, true
		case m.Node != nil && workflow.IsCredential(m.Node.Text):
			rest.Text = m.Node.Text
		case m.Node != nil || !m.Selector.IsInput():
			r.fail(workflow.KindSyntax, path, pointer, "%s takes a credential after %q: bind $credentials.<id> or an input of the workflow to %s", path, prefix, reference)
			return Argument{Pointer: pointer}, true
		}
	}
	r.hosted = true
	a := r.dollar(&rest, types, path, pointer, element)
	a.Prefix = prefix
	return a, true
}

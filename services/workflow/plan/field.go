package plan

import (
	"errors"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/compose"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
)

// link is a reference in a step. It is resolved after all steps are known.
type link struct {
	step, argument int
	element        int // -1 when the argument itself is the reference
	selector       workflow.Selector
	accepts        []manifest.Type
	path, pointer  string
}

// target is a step selector in a flow-control field.
type target struct {
	step int
	// written is the selector as the block sees it.
	written       string
	field, key    string
	selector      workflow.Selector
	path, pointer string
}

// reader reads one field of one step.
type reader struct {
	*compiler
	step     int
	argument int
	field    *manifest.Field
	pointer  string
	// constant is set while the value of an inner input is read, in which nothing is a
	// reference.
	constant bool
	// hosted is set after the host of an address that is a credential was read.
	hosted bool
}

func (r *reader) fail(kind workflow.Kind, path, pointer, format string, args ...any) {
	r.blame(r.step, kind, path, pointer, format, args...)
}

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

// absent returns the argument of a field that is not written.
func (r *reader) absent() Argument {
	if r.field.Credential != nil && r.field.Credential.Managed {
		return Argument{Form: Slot}
	}
	value := r.field.Default.Value
	if coerced, err := r.field.Coerce(value); err == nil {
		value = coerced
	}
	if q := queryOf(r.field.Accepts); q != "" && value != nil {
		value, _ = parseQuery(q, value)
	}
	return Argument{Value: value}
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

func (r *reader) slot(node *document.Node, path, pointer string) Argument {
	id, ok := ParseCredential(node.Text)
	switch {
	case r.field.Credential == nil:
		r.fail(workflow.KindSyntax, path, pointer, "%s takes no credential; a reference to one can only stand in a credential field", path)
	case !ok:
		r.fail(workflow.KindSyntax, path, pointer, "write $credentials.<id>, or $credentials alone for a slot that is bound later")
	case r.field.Credential.Scheme == manifest.SchemeURL && !r.hosted:
		r.fail(workflow.KindSyntax, path, pointer, "write the host before the credential, so that it is fixed in the version: https://hooks.example.com/%s", node.Text)
	}
	return Argument{Form: Slot, Credential: id, Pointer: pointer}
}

// substitute reads what an inner workflow's input stands for, as if it were written here.
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

// secretHere reports whether a constant in the field, or in one of its elements, would be a
// secret.
func (r *reader) secretHere(path string) bool {
	if r.field.Credential == nil {
		return false
	}
	switch r.field.Credential.Scheme {
	case manifest.SchemeURL, manifest.SchemeBody:
		return false
	}
	key, element := strings.CutPrefix(path, r.field.Name+".")
	return !element || leak.SecretName(key)
}

func takesReferences(types []manifest.Type) bool {
	for _, t := range types {
		if t.Reference != "" {
			return true
		}
	}
	return false
}

// fits reports whether an alternative takes selectors of this form.
func fits(s workflow.Selector, types []manifest.Type) bool {
	for _, t := range types {
		if formFits(s, t.Reference) {
			return true
		}
	}
	return false
}

func formFits(s workflow.Selector, r manifest.Reference) bool {
	switch r {
	case manifest.Data:
		return s.IsInput() || s.IsStepOutput()
	case manifest.WorkflowInput, manifest.Parameter:
		return s.IsInput()
	case manifest.StepOutput:
		return s.IsStepOutput()
	case manifest.StepTarget:
		return s.IsStep()
	default:
		return false
	}
}

// managedKey is the prefix of keys that Roboflow's platform pays for. Keyhole has none of
// them, so such a field is an unbound slot.
const managedKey = "rf_key:"

func (r *reader) static(node *document.Node, types []manifest.Type, path, pointer string) Argument {
	if r.field.Credential != nil && node.Kind == document.String && strings.HasPrefix(node.Text, managedKey) {
		return Argument{Form: Slot, Pointer: pointer}
	}
	if q := queryOf(types); q != "" {
		return r.query(q, node, path, pointer)
	}
	field := manifest.Field{Accepts: types}
	if !takesConstants(types) {
		r.fail(workflow.KindSyntax, path, pointer, "%s must be %s", path, manifest.Describe(types))
		return Argument{Pointer: pointer}
	}
	value, err := field.Coerce(node.Value())
	if mismatch, bad := errors.AsType[*manifest.Mismatch](err); bad {
		if mismatch.Path != "" {
			path += "." + mismatch.Path
		}
		r.fail(workflow.KindSyntax, path, pointer, "%s %s", path, mismatch.Message)
	}
	return Argument{Value: value, Pointer: pointer}
}

func takesConstants(types []manifest.Type) bool {
	for _, t := range types {
		if t.Reference == "" {
			return true
		}
	}
	return false
}

func queryOf(types []manifest.Type) manifest.Query {
	for _, t := range types {
		if t.Query != "" {
			return t.Query
		}
	}
	return ""
}

func (r *reader) query(q manifest.Query, node *document.Node, path, pointer string) Argument {
	value, problems := parseQuery(q, node.Value())
	for _, p := range problems {
		r.fail(workflow.KindSyntax, path+strings.ReplaceAll(p.Path, "/", "."), pointer+p.Path, "%s%s %s", path, p.Path, p.Message)
	}
	return Argument{Value: value, Pointer: pointer}
}

// parseQuery compiles a part of the query language.
func parseQuery(q manifest.Query, value any) (any, query.Problems) {
	switch q {
	case manifest.Operations:
		return query.ParseOperations(value)
	case manifest.Statement:
		return query.ParseStatement(value)
	default:
		return query.ParseCases(value)
	}
}

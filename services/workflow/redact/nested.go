package redact

import (
	"regexp"

	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
)

// ownModel is the id of a model of a workspace here, "acme/boxes/3". Inside of a nested
// workflow nobody has asked whether it is private, so none is shown.
var ownModel = regexp.MustCompile(`^[a-z0-9-]+/[a-z0-9_-]+/[0-9]+$`)

// isWorkflow reports whether a member of the object at pointer is a workflow inside of a
// step.
func (r *redactor) isWorkflow(pointer string, member document.Member) bool {
	m := r.steps[pointer]
	return m != nil && m.Type == inspect.InnerWorkflow && member.Key == inspect.NestedField && member.Value.Kind == document.Object
}

// nested writes a workflow inside of a step by the same rules as the outer one.
func (r *redactor) nested(n *document.Node, pointer string) {
	outer := r.base
	r.base = pointer
	r.readSteps(n, pointer)
	if outer == "" { // the walk has seen those further inside
		r.hideOwnModels(n, pointer)
	}
	r.object(n, pointer, definitionKeys)
	r.base = outer
}

func (r *redactor) readSteps(n *document.Node, pointer string) {
	steps := n.Get("steps")
	if steps == nil {
		return
	}
	for i, step := range steps.Items {
		if kind := step.Get("type"); kind != nil {
			r.steps[document.JoinIndex(pointer+"/steps", i)], _ = r.catalogue.Find(kind.Text)
		}
	}
}

func (r *redactor) hideOwnModels(n *document.Node, pointer string) {
	if n.Kind == document.String && ownModel.MatchString(n.Text) {
		r.hidden[pointer] = LiteralMarker
	}
	for i, item := range n.Items {
		r.hideOwnModels(item, document.JoinIndex(pointer, i))
	}
	for _, member := range n.Members {
		r.hideOwnModels(member.Value, document.Join(pointer, member.Key))
	}
}

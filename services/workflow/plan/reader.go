package plan

import (
	"fmt"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/mention"
)

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

func (r *reader) slot(node *document.Node, path, pointer string) Argument {
	id, ok := mention.Credential(node.Text)
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

// fieldPath names an element of a field for people: "data.label", "images[2]".
func fieldPath(field, key string, index int) string {
	if index >= 0 {
		return fmt.Sprintf("%s[%d]", field, index)
	}
	return field + "." + key
}

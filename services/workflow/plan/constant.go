package plan

import (
	"errors"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
)

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

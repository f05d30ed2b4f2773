package schema

import (
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

const (
	inputs = `\$inputs\.[A-Za-z_0-9-]+`
	output = `\$steps\.[A-Za-z_0-9-]+\.[A-Za-z_*0-9-]+`
)

var patterns = map[manifest.Reference]string{
	manifest.Data: "^(" + inputs + "|" + output + ")$", manifest.WorkflowInput: "^" + inputs + "$", manifest.Parameter: "^" + inputs + "$",
	manifest.StepOutput: "^" + output + "$", manifest.StepTarget: `^\$steps\.[A-Za-z_0-9-]+$`,
}

func alternatives(types []manifest.Type) []any {
	out := make([]any, len(types))
	for i := range types {
		out[i] = alternative(&types[i])
	}
	return out
}

// anyOf omits the choice if there is only one.
func anyOf(types []manifest.Type) any {
	if len(types) == 1 {
		return alternative(&types[0])
	}
	return object{"anyOf": alternatives(types)}
}

func alternative(t *manifest.Type) object {
	switch {
	case t.Reference != "":
		out := object{"type": "string", "pattern": patterns[t.Reference], "x-selector": string(t.Reference)}
		if t.Kinds != nil {
			out["x-kinds"] = t.Kinds
		}
		return out
	case t.Enum != nil:
		return object{"enum": t.Enum}
	case t.ListOf != nil:
		return object{"type": "array", "items": anyOf(t.ListOf)}
	case t.MapOf != nil:
		return object{"type": "object", "additionalProperties": anyOf(t.MapOf)}
	case t.TupleOf != nil:
		return object{"type": "array", "prefixItems": alternatives(t.TupleOf), "minItems": len(t.TupleOf), "maxItems": len(t.TupleOf)}
	case t.Query == manifest.Operations:
		return object{"type": "array", "items": object{"type": "object", "required": []any{"type"}}, "x-query": string(t.Query)}
	case t.Query != "":
		return object{"type": "object", "required": []any{"type"}, "x-query": string(t.Query)}
	}
	return literal(t)
}

func literal(t *manifest.Type) object {
	out := object{}
	if t.Literal != manifest.Value {
		out["type"] = map[manifest.Literal]string{
			manifest.Text: "string", manifest.Integer: "integer", manifest.Float: "number", manifest.Number: "number",
			manifest.Boolean: "boolean", manifest.Null: "null", manifest.List: "array", manifest.Dict: "object",
		}[t.Literal]
	}
	for key, bound := range map[string]*float64{"minimum": t.Min, "maximum": t.Max, "exclusiveMinimum": t.Above, "exclusiveMaximum": t.Below} {
		if bound != nil {
			out[key] = *bound
		}
	}
	return out
}

type object = map[string]any

package schema

import (
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// Example is a step that uses the block with its required fields only. References name inputs
// after their kinds, and steps to continue with are named "next".
func Example(m *manifest.Manifest) map[string]any {
	name, _, _ := strings.Cut(m.Type[strings.LastIndexByte(m.Type, '/')+1:], "@")
	step := object{"type": m.Type, "name": name}
	for i := range m.Fields {
		if f := &m.Fields[i]; f.Required || needed(m, f.Name) || f.Name == oneOfTwo[m.Type] {
			step[f.Name] = sample(f)
		}
	}
	return step
}

// oneOfTwo names the field to show for a block that requires one of two fields.
var oneOfTwo = map[string]string{"roboflow_core/inner_workflow@v1": "workflow_definition"}

// needed reports whether a rule requires a field when the others have their defaults.
func needed(m *manifest.Manifest, name string) bool {
	return slices.ContainsFunc(m.Rules, func(r manifest.Rule) bool {
		field, ok := m.Field(r.Field)
		if !ok || r.Needs != name {
			return false
		}
		text, _ := field.Default.Value.(string)
		return slices.Contains(r.Values, text)
	})
}

// samples are values for fields whose type does not suggest one.
var samples = map[string]any{
	"zone": []any{[]any{0, 0}, []any{100, 0}, []any{100, 100}, []any{0, 100}}, "line_segment": []any{[]any{0, 50}, []any{100, 50}},
	"reference_path": []any{[]any{0, 0}, []any{100, 100}}, "base_url": "https://llm.example.com/v1", "url": "https://hooks.example.com/in",
	"prompt": "What is in the picture?", "template": "Hello", "message": "Hello", "classes": []any{"cat", "dog"}, "expected_fields": []any{"answer"},
	"model_id": "my-model/1", "perspective_polygons": []any{[]any{[]any{0, 0}, []any{100, 0}, []any{100, 100}, []any{0, 100}}}, "parameter_bindings": object{},
	"workflow_definition": object{"version": "1.0", "inputs": []any{}, "steps": []any{}, "outputs": []any{}}, "target_color": "red",
	"required_number_of_vertices": 4, "offset": -1, "reference_dimensions": []any{5.0, 3.0}, "object_1_class_name": "cat", "object_2_class_name": "dog",
}

func sample(f *manifest.Field) any {
	if f.Credential != nil && f.Credential.Scheme != manifest.SchemeURL {
		return "$credentials"
	}
	constants := slices.ContainsFunc(f.Accepts, func(t manifest.Type) bool { return t.Reference == "" })
	if value, ok := samples[f.Name]; ok && constants {
		return value
	}
	return valueOf(f.Accepts)
}

// valueOf prefers a reference of a kind that is not plain, then a constant.
func valueOf(types []manifest.Type) any {
	for i := range types {
		if t := &types[i]; t.Reference != "" && (len(types) == 1 || !plain(t.Kinds)) {
			return reference(t)
		}
	}
	for i := range types {
		if t := &types[i]; t.Reference == "" {
			return constant(t)
		}
	}
	return reference(&types[0])
}

func plain(kinds []string) bool {
	return slices.ContainsFunc(kinds, func(kind string) bool {
		return slices.Contains([]string{"string", "integer", "float", "float_zero_to_one", "boolean", "list_of_values", "dictionary", "roboflow_model_id", "roboflow_project", "*"}, kind)
	})
}

func reference(t *manifest.Type) string {
	if t.Reference == manifest.StepTarget {
		return "$steps.next"
	}
	if t.Kinds[0] == manifest.Any {
		return "$inputs.value"
	}
	return "$inputs." + t.Kinds[0]
}

func constant(t *manifest.Type) any {
	switch {
	case t.Enum != nil:
		return t.Enum[0]
	case t.ListOf != nil:
		return []any{valueOf(t.ListOf)}
	case t.MapOf != nil:
		return object{"key": valueOf(t.MapOf)}
	case t.TupleOf != nil:
		out := make([]any, len(t.TupleOf))
		for i := range t.TupleOf {
			out[i] = constant(&t.TupleOf[i])
		}
		return out
	case t.Query != "":
		return query(t.Query)
	}
	switch t.Literal {
	case manifest.Text, manifest.Value:
		return "text"
	case manifest.Boolean:
		return true
	case manifest.List:
		return []any{}
	case manifest.Dict:
		return object{}
	case manifest.Null:
		return nil
	}
	return number(t)
}

func number(t *manifest.Type) any {
	switch {
	case t.Min != nil:
		return *t.Min
	case t.Above != nil:
		return *t.Above + 1
	}
	return 1
}

func query(q manifest.Query) any {
	result := object{"type": "StaticCaseResult", "value": "text"}
	switch q {
	case manifest.Operations:
		return []any{}
	case manifest.Cases:
		return object{"type": "CasesDefinition", "cases": []any{}, "default": result}
	default:
		left := object{"type": "DynamicOperand", "operand_name": "key"}
		return object{"type": "StatementGroup", "statements": []any{object{"type": "UnaryStatement", "operand": left, "operator": object{"type": "Exists"}}}}
	}
}

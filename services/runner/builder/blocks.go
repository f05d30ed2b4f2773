package builder

import (
	"cmp"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest/schema"
)

// describeAll answers /workflows/blocks/describe.
func describeAll(all []*manifest.Manifest) object {
	slices.SortFunc(all, func(a, b *manifest.Manifest) int { return strings.Compare(a.Type, b.Type) })
	blocks, kinds := make([]any, len(all)), map[string]bool{manifest.Any: true}
	connections, primitives := map[string][]any{}, []any{}
	for i, m := range all {
		blocks[i] = describeBlock(m)
		for _, o := range m.Outputs {
			note(kinds, o.Kinds)
		}
		for f := range m.Fields {
			field := &m.Fields[f]
			connect(connections, kinds, m, field)
			if hint := annotation(field.Accepts); hint != "" {
				primitives = append(primitives, object{
					"manifest_type_identifier": m.Type, "property_name": field.Name,
					"property_description": field.Help, "type_annotation": hint,
				})
			}
		}
	}
	return object{
		"blocks": blocks, "declared_kinds": declared(kinds), "kinds_connections": connections, "primitives_connections": primitives,
		"universal_query_language_description": queryLanguage(),
		"dynamic_block_definition_schema":      dynamicSchema(),
	}
}

func describeBlock(m *manifest.Manifest) object {
	described := schema.Of(m)
	described["block_type"] = m.Category
	described["short_description"] = m.Summary
	described["runnable"] = m.Runs()
	if !m.Runs() {
		described["not_runnable_message"] = m.NotRunnable.Why()
	}
	outputs := make([]any, len(m.Outputs))
	for i, o := range m.Outputs {
		outputs[i] = describeOutput(o)
	}
	source, _, _ := strings.Cut(m.Type, "/")
	offsets := object{}
	for field, offset := range m.InputOffsets {
		offsets[field] = offset
	}
	out := object{
		"manifest_type_identifier": m.Type, "manifest_type_identifier_aliases": append([]string{}, m.Aliases...),
		"block_schema": described, "outputs_manifest": outputs, "block_source": source,
		"fully_qualified_block_class_name": m.Type, "human_friendly_block_name": m.Title,
		"execution_engine_compatibility": nil, "restrictions": []any{},
		"input_dimensionality_offsets": offsets, "dimensionality_reference_property": nil,
		"output_dimensionality_offset": m.OutputOffset,
	}
	if m.Engine != "" {
		out["execution_engine_compatibility"] = m.Engine
	}
	if m.Reference != "" {
		out["dimensionality_reference_property"] = m.Reference
	}
	return out
}

func describeOutput(o manifest.Output) object {
	kinds := make([]any, len(o.Kinds))
	for i, kind := range o.Kinds {
		kinds[i] = describeKind(kind)
	}
	return object{"name": o.Name, "kind": kinds}
}

// connect notes which field takes references of which kind.
func connect(connections map[string][]any, kinds map[string]bool, m *manifest.Manifest, f *manifest.Field) {
	list, dict := false, false
	var visit func(types []manifest.Type)
	visit = func(types []manifest.Type) {
		for _, t := range types {
			note(kinds, t.Kinds)
			list, dict = list || t.ListOf != nil, dict || t.MapOf != nil
			if t.Reference != "" && t.Reference != manifest.StepTarget {
				for _, kind := range t.Kinds {
					connections[kind] = append(connections[kind], object{
						"manifest_type_identifier": m.Type, "property_name": f.Name, "property_description": f.Help,
						"compatible_element": string(cmp.Or(t.Reference, manifest.Data)), "is_list_element": list, "is_dict_element": dict,
					})
				}
			}
			visit(t.ListOf)
			visit(t.MapOf)
		}
	}
	visit(f.Accepts)
}

func note(kinds map[string]bool, more []string) {
	for _, kind := range more {
		kinds[kind] = true
	}
}

// hints are the type annotations of literals in Python, which the builder reads.
var hints = map[manifest.Literal]string{
	manifest.Text: "str", manifest.Integer: "int", manifest.Float: "float", manifest.Number: "Union[float, int]",
	manifest.Boolean: "bool", manifest.Null: "None", manifest.List: "list", manifest.Dict: "dict", manifest.Value: "Any",
}

// annotation is the annotation of the constants that a field takes, "" if it takes none.
func annotation(types []manifest.Type) string {
	var all []string
	add := func(hint string) {
		if hint != "" && !slices.Contains(all, hint) {
			all = append(all, hint)
		}
	}
	for _, t := range types {
		switch {
		case t.Enum != nil:
			add("Literal['" + strings.Join(t.Enum, "', '") + "']")
		case t.ListOf != nil, t.TupleOf != nil:
			add("list")
		case t.MapOf != nil:
			add("dict")
		default:
			add(hints[t.Literal])
		}
	}
	if len(all) > 1 {
		return "Union[" + strings.Join(all, ", ") + "]"
	}
	return strings.Join(all, "")
}

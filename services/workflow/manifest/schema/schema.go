package schema

import (
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// Of is the schema of a step that uses the block.
func Of(m *manifest.Manifest) map[string]any {
	properties := object{
		"type": object{"enum": append([]string{m.Type}, m.Aliases...), "title": "Type"},
		"name": object{"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "title": "Name"},
	}
	required := []any{"type", "name"}
	var either []any
	for i := range m.Fields {
		f := &m.Fields[i]
		properties[f.Name] = field(m, f)
		for _, alias := range f.Aliases {
			properties[alias] = object{"$ref": "#/properties/" + f.Name}
		}
		switch {
		case f.Required && len(f.Aliases) > 0:
			either = append(either, oneOfNames(f))
		case f.Required:
			required = append(required, f.Name)
		}
	}
	out := object{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": m.Title, "description": m.Summary,
		"type": "object", "properties": properties, "required": required,
	}
	if either != nil {
		out["allOf"] = either
	}
	return out
}

// oneOfNames wants a field under its name or an alias.
func oneOfNames(f *manifest.Field) object {
	names := []any{object{"required": []any{f.Name}}}
	for _, alias := range f.Aliases {
		names = append(names, object{"required": []any{alias}})
	}
	return object{"anyOf": names}
}

func field(m *manifest.Manifest, f *manifest.Field) object {
	out := object{"title": f.Title}
	if f.Help != "" {
		out["description"] = f.Help
	}
	if !f.Default.IsZero() {
		out["default"] = f.Default.Value
	}
	if f.Credential != nil {
		out["x-credential"] = object{"provider": f.Credential.Provider}
	}
	if f.Holds != "" && f.Holds != manifest.HoldsNothing {
		out["x-holds"] = string(f.Holds)
	}
	for _, model := range m.Models {
		if model.Field == f.Name {
			out["x-model"] = model.Task
		}
	}
	types := alternatives(f.Accepts)
	if f.Credential != nil {
		types = append(types, object{"type": "string", "pattern": `\$credentials`})
	}
	if len(types) == 1 {
		for key, value := range types[0].(object) {
			out[key] = value
		}
		return out
	}
	out["anyOf"] = types
	return out
}

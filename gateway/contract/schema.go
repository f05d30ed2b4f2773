package contract

import (
	"encoding/json"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// Schema is a JSON Schema (2020-12).
type Schema = map[string]any

// kinds maps kinds to schemas. A kind that is missing takes anything: the run checks values, and
// reads more forms than a schema says.
var kinds = map[string]Schema{
	"integer": {"type": "integer"}, "float": {"type": "number"}, "float_zero_to_one": {"type": "number", "minimum": 0, "maximum": 1},
	"boolean": {"type": "boolean"}, "string": {"type": "string"}, "list_of_values": {"type": "array"}, "dictionary": {"type": "object"},
	"point": {"type": "array", "items": Schema{"type": "number"}, "minItems": 2, "maxItems": 2},
	"zone":  {"type": "array"}, "roboflow_model_id": {"type": "string"}, "roboflow_project": {"type": "string"}, "secret": {"type": "string"},
	"language_model_output": {"type": "string"}, "top_class": {"type": "string"}, "prediction_type": {"type": "string"},
	"parent_id": {"type": "string"}, "inference_id": {"type": "string"},
}

// Picture is a picture, in a run and in a result.
func Picture() Schema {
	return Schema{
		"type": "object", "required": []string{"type", "value"}, "description": "A picture.",
		"properties": Schema{
			"type":  Schema{"type": "string", "enum": []string{"base64", "url"}},
			"value": Schema{"type": "string", "description": "The picture in base64, or its address."},
		},
	}
}

// Input is the schema of the values of an input that is no credential. picture is that of one
// picture.
func Input(in *sharingv1.Input, picture Schema) Schema {
	one := anyOf(in.GetKinds())
	if IsPicture(in) {
		one = picture
	}
	out := one
	switch {
	case NeedsList(in):
		out = Schema{"type": "array", "items": one}
	case IsPicture(in):
		out = Schema{"anyOf": []Schema{one, {"type": "array", "items": one}}}
	}
	if text := Described(in); text != "" {
		out["description"] = text
	}
	if raw := in.GetDefaultValue(); len(raw) > 0 && json.Valid(raw) && string(raw) != "null" {
		out["default"] = json.RawMessage(raw)
	}
	return out
}

// Described is what the owner says of an input.
func Described(in *sharingv1.Input) string {
	return strings.TrimPrefix(strings.Join([]string{Plain(in.GetLabel(), 100), Plain(in.GetDescription(), 400)}, ". "), ". ")
}

// Output is the schema of an output. A step that did not run leaves null.
func Output(out *sharingv1.Output) Schema {
	var s Schema
	if list := out.GetKinds(); len(list) == 1 && list[0] == "image" {
		s = Schema{"anyOf": []Schema{Picture(), {"type": "array"}, {"type": "null"}}}
	} else {
		s = Schema{} // values of other kinds are lists too, where the workflow makes lists
	}
	if text := Plain(out.GetLabel(), 100); text != "" {
		s["description"] = text
	}
	if list := out.GetKinds(); len(list) > 0 {
		s["x-kinds"] = list
	}
	return s
}

func anyOf(names []string) Schema {
	var all []Schema
	for _, name := range names {
		one, known := kinds[name]
		if !known {
			return Schema{}
		}
		copied := Schema{}
		for k, v := range one {
			copied[k] = v
		}
		all = append(all, copied)
	}
	switch len(all) {
	case 0:
		return Schema{}
	case 1:
		return all[0]
	}
	return Schema{"anyOf": all}
}

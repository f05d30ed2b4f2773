package builder

import (
	"maps"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// declared describes kinds, sorted by name.
func declared(kinds map[string]bool) []any {
	var out []any
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		out = append(out, describeKind(kind))
	}
	return out
}

func describeKind(kind string) object {
	hint := hintOf(kind)
	return object{"name": kind, "description": value.Wanted([]string{kind}), "docs": nil, "serialised_data_type": hint, "internal_data_type": hint}
}

// plainHints are the types of kinds whose values are plain JSON. All other kinds are objects.
var plainHints = map[string]string{
	manifest.Any: "Any", "string": "str", "integer": "int", "float": "float", "float_zero_to_one": "float", "boolean": "bool",
	"list_of_values": "List[Any]", "numpy_array": "List[Any]", "point": "Tuple[int, int]", "zone": "List[Tuple[int, int]]",
	"roboflow_model_id": "str", "roboflow_project": "str", "prediction_type": "str", "parent_id": "str", "inference_id": "str",
	"language_model_output": "str", "secret": "str", "roboflow_api_key": "str", "timestamp": "str", "bytes": "str",
	"top_class": "Union[str, List[str]]", "rgb_color": "Union[str, List[int]]", "labeled_points": "List[dict]",
	value.KindManagedKey: "str",
}

func hintOf(kind string) string {
	if hint, ok := plainHints[kind]; ok {
		return hint
	}
	return "dict"
}

// describeKinds returns the types of kinds, and the schemas of those that are objects.
func describeKinds(kinds []string) (typing map[string]string, schemas object) {
	typing, schemas = map[string]string{}, object{}
	for _, kind := range kinds {
		typing[kind] = hintOf(kind)
		if typing[kind] == "dict" {
			schemas[kind] = schemaOf(kind)
		}
	}
	return typing, schemas
}

func schemaOf(kind string) object {
	if kind == "image" {
		return object{
			"type": "object", "required": []string{"type", "value"},
			"properties": object{"type": object{"enum": []string{"base64", "url"}}, "value": object{"type": "string"}, "video_metadata": object{"type": "object"}},
		}
	}
	return object{"type": "object", "title": kind}
}

package builder

import "github.com/keyhole-dev/keyhole/services/workflow/manifest"

// definitionSchema is the JSON Schema of a definition with these blocks.
func definitionSchema(all []*manifest.Manifest) object {
	steps := []any{}
	for _, m := range all {
		steps = append(steps, describeBlock(m)["block_schema"])
	}
	return object{"schema": object{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "WorkflowSpecificationV1",
		"type": "object", "required": []string{"version", "inputs", "steps", "outputs"},
		"properties": object{
			"version": object{"type": "string"},
			"inputs": object{"type": "array", "items": object{
				"type": "object", "required": []string{"type", "name"},
				"properties": object{
					"type": object{"enum": []string{
						"WorkflowImage", "InferenceImage", "WorkflowVideoMetadata", "WorkflowParameter", "InferenceParameter", "WorkflowBatchInput",
					}},
					"name": object{"type": "string"}, "kind": object{"type": "array", "items": object{"type": "string"}}, "default_value": object{},
				},
			}},
			"steps": object{"type": "array", "items": object{"anyOf": steps}},
			"outputs": object{"type": "array", "items": object{
				"type": "object", "required": []string{"type", "name", "selector"},
				"properties": object{
					"type": object{"const": "JsonField"}, "name": object{"type": "string"}, "selector": object{"type": "string"},
					"coordinates_system": object{"enum": []string{"own", "parent"}},
				},
			}},
		},
	}}
}

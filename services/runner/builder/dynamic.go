package builder

// dynamicSchema is the JSON Schema of a block with Python code. Keyhole opens, keeps and
// shows definitions with such blocks; it never runs them.
func dynamicSchema() object {
	return object{
		"type": "object", "title": "DynamicBlockDefinition",
		"properties": object{
			"type":     object{"type": "string", "const": "DynamicBlockDefinition"},
			"manifest": object{"$ref": "#/$defs/ManifestDescription"},
			"code":     object{"$ref": "#/$defs/PythonCode"},
		},
		"required": []string{"type", "manifest", "code"},
		"$defs": object{
			"ManifestDescription": dynamicManifest(), "PythonCode": pythonCode(),
			"DynamicInputDefinition": dynamicInput(), "DynamicOutputDefinition": dynamicOutput(),
		},
	}
}

func dynamicManifest() object {
	return object{
		"type": "object", "title": "ManifestDescription",
		"properties": object{
			"type":                                object{"type": "string", "const": "ManifestDescription"},
			"block_type":                          object{"type": "string"},
			"description":                         object{"type": "string", "default": ""},
			"inputs":                              object{"type": "object", "additionalProperties": object{"$ref": "#/$defs/DynamicInputDefinition"}},
			"outputs":                             object{"type": "object", "additionalProperties": object{"$ref": "#/$defs/DynamicOutputDefinition"}, "default": object{}},
			"output_dimensionality_offset":        object{"type": "integer", "enum": []int{-1, 0, 1}, "default": 0},
			"accepts_batch_input":                 truth(false),
			"accepts_empty_values":                truth(false),
			"batch_oriented_parameters":           names(),
			"parameters_with_scalars_and_batches": names(),
			"get_parameters_enforcing_auto_batch_casting": names(),
		},
		"required": []string{"type", "block_type", "inputs"},
	}
}

func dynamicInput() object {
	return object{
		"type": "object", "title": "DynamicInputDefinition",
		"properties": object{
			"type":                        object{"type": "string", "const": "DynamicInputDefinition"},
			"has_default_value":           truth(false),
			"default_value":               object{"default": nil},
			"is_optional":                 truth(false),
			"is_dimensionality_reference": truth(false),
			"dimensionality_offset":       object{"type": "integer", "minimum": -1, "maximum": 1, "default": 0},
			"selector_types":              several("input_image", "step_output_image", "input_parameter", "step_output", "generic"),
			"selector_data_kind":          object{"type": "object", "additionalProperties": object{"type": "array"}, "default": object{}},
			"value_types":                 several("any", "integer", "float", "boolean", "dict", "list", "string"),
		},
		"required": []string{"type"},
	}
}

func dynamicOutput() object {
	return object{
		"type": "object", "title": "DynamicOutputDefinition",
		"properties": object{
			"type": object{"type": "string", "const": "DynamicOutputDefinition"},
			"kind": object{"type": "array", "items": object{"type": "string"}, "default": []string{}},
		},
		"required": []string{"type"},
	}
}

func pythonCode() object {
	text := func(otherwise string) object { return object{"type": "string", "default": otherwise} }
	return object{
		"type": "object", "title": "PythonCode",
		"properties": object{
			"type":               object{"type": "string", "const": "PythonCode"},
			"run_function_code":  object{"type": "string"},
			"run_function_name":  text("run"),
			"init_function_code": object{"anyOf": []any{object{"type": "string"}, object{"type": "null"}}, "default": nil},
			"init_function_name": text("init"),
			"imports":            names(),
		},
		"required": []string{"type", "run_function_code"},
	}
}

func truth(otherwise bool) object { return object{"type": "boolean", "default": otherwise} }

func names() object {
	return object{"type": "array", "items": object{"type": "string"}, "default": []string{}}
}

func several(of ...string) object {
	return object{"type": "array", "items": object{"type": "string", "enum": of}, "default": []string{}}
}

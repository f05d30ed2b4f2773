package formatter

import "github.com/keyhole-dev/keyhole/services/runner/engine"

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/expression@v1":          newExpression,
		"roboflow_core/json_parser@v1":         newJSONParser,
		"roboflow_core/property_definition@v1": newPropertyDefinition,
		"roboflow_core/string_template@v1":     newStringTemplate,
	}
}

func output(v any) engine.Result { return engine.One(engine.Outputs{"output": v}) }

package formatter

import "github.com/keyhole-dev/keyhole/services/runner/engine"

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/cosine_similarity@v1":   newCosineSimilarity,
		"roboflow_core/csv_formatter@v1":       newCSV,
		"roboflow_core/current_time@v1":        newCurrentTime,
		"roboflow_core/expression@v1":          newExpression,
		"roboflow_core/json_parser@v1":         newJSONParser,
		"roboflow_core/property_definition@v1": newPropertyDefinition,
		"roboflow_core/string_template@v1":     newStringTemplate,
		"roboflow_core/vlm_as_classifier@v1":   newVLMClassifier,
		"roboflow_core/vlm_as_detector@v1":     newVLMDetector,
		"roboflow_core/vlm_as_detector@v2":     newVLMDetector,
		"roboflow_core/vlm_as_classifier@v2":   newVLMClassifier,
	}
}

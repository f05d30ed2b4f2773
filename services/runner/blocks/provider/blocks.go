package provider

import "github.com/keyhole-dev/keyhole/services/runner/engine"

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/openai_compatible@v1": newOpenAICompatible,
		"roboflow_core/open_ai@v1":           newOpenAIv1,
		"roboflow_core/open_ai@v2":           newOpenAI(chatDialect{legacyLimit: true}, markdown),
		"roboflow_core/open_ai@v3":           newOpenAI(chatDialect{}, markdown),
		"roboflow_core/open_ai@v4":           newOpenAI(responsesDialect{}, plain),
		"roboflow_core/open_ai@v5":           newOpenAI(responsesDialect{}, plain),
	}
}

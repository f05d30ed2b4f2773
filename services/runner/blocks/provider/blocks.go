package provider

import (
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/openai_compatible@v1": newOpenAICompatible,
		"roboflow_core/open_ai@v1":           newOpenAIv1,
		"roboflow_core/open_ai@v2":           openAI(protocol.Chat{LegacyLimit: true}, true),
		"roboflow_core/open_ai@v3":           openAI(protocol.Chat{}, true),
		"roboflow_core/open_ai@v4":           openAI(protocol.Responses{}, false),
		"roboflow_core/open_ai@v5":           openAI(protocol.Responses{}, false),
		"roboflow_core/spacexai@v1":          grok(),

		"roboflow_core/lmm@v1":                    newLMM,
		"roboflow_core/lmm_for_classification@v1": newLMMClassifier,

		"roboflow_core/google_vision_ocr@v1":        newVisionOCR,
		"roboflow_core/stability_ai_image_gen@v1":   paints(generate),
		"roboflow_core/stability_ai_inpainting@v1":  paints(inpaint),
		"roboflow_core/stability_ai_outpainting@v1": paints(outpaint),

		"roboflow_core/anthropic_claude@v1": claude(),
		"roboflow_core/anthropic_claude@v2": claude(),
		"roboflow_core/anthropic_claude@v3": claude(),

		"roboflow_core/google_gemini@v1": gemini(fractions),
		"roboflow_core/google_gemini@v2": gemini(fractions),
		"roboflow_core/google_gemini@v3": gemini(fractions),
		"roboflow_core/google_gemini@v4": gemini(thousandsYX),

		"roboflow_core/openrouter@v1":         openRouter("model_id").block,
		"roboflow_core/llama_3_2_vision@v1":   openRouter("model_version").block,
		"roboflow_core/llama_vision@v2":       openRouter("model_version").block,
		"roboflow_core/google_gemma@v1":       openRouter("model_version").block,
		"roboflow_core/google_gemma@v2":       openRouter("model_version").block,
		"roboflow_core/kimi_openrouter@v1":    openRouter("model_version").block,
		"roboflow_core/kimi_openrouter@v2":    openRouter("model_version").block,
		"roboflow_core/qwen3_5_openrouter@v1": openRouter("model_version").block,
		"roboflow_core/qwen3_6_openrouter@v1": openRouter("model_version").block,
		"roboflow_core/qwen_vlm@v1":           qwen(openRouter("openrouter_model_version")),
		"roboflow_core/qwen_vlm@v2":           qwen(qwen2()),
		"roboflow_core/meta_vlm@v1":           muse(),
	}
}

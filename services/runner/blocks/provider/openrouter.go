package provider

import (
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

var openRouterAPI = address{base: "https://openrouter.ai/api/v1/"}

// openRouterPicture keeps a picture below the limit of the servers behind OpenRouter, in
// bytes of base64.
const openRouterPicture = 9_500_000

// openRouterNames are OpenRouter's names (https://openrouter.ai/models) for those that blocks
// offer.
var openRouterNames = map[string]string{
	"11B (Free) - OpenRouter":    "meta-llama/llama-3.2-11b-vision-instruct:free",
	"11B (Regular) - OpenRouter": "meta-llama/llama-3.2-11b-vision-instruct",
	"11B - OpenRouter":           "meta-llama/llama-3.2-11b-vision-instruct",
	"90B (Free) - OpenRouter":    "meta-llama/llama-3.2-90b-vision-instruct:free",
	"90B (Regular) - OpenRouter": "meta-llama/llama-3.2-90b-vision-instruct",

	"Gemma 4 31B - OpenRouter":     "google/gemma-4-31b-it",
	"Gemma 4 26B A4B - OpenRouter": "google/gemma-4-26b-a4b-it",

	"Kimi K2.5 - OpenRouter": "moonshotai/kimi-k2.5",
	"Kimi K2.6 - OpenRouter": "moonshotai/kimi-k2.6",

	"Muse Spark 1.1": "meta/muse-spark-1.1",
	"Muse Spark 1.2": "meta/muse-spark-1.2",
	"Muse Glimmer":   "meta/muse-glimmer-30b",

	"Qwen 3.5 9B - OpenRouter":            "qwen/qwen3.5-9b",
	"Qwen 3.5 27B - OpenRouter":           "qwen/qwen3.5-27b",
	"Qwen 3.5 122B A10B - OpenRouter":     "qwen/qwen3.5-122b-a10b",
	"Qwen 3.5 397B A17B - OpenRouter":     "qwen/qwen3.5-397b-a17b",
	"Qwen 3.5 Flash 02-23 - OpenRouter":   "qwen/qwen3.5-flash-02-23",
	"Qwen 3.5 Plus 20260420 - OpenRouter": "qwen/qwen3.5-plus-20260420",
	"Qwen 3.6 27B - OpenRouter":           "qwen/qwen3.6-27b",
	"Qwen 3.6 35B A3B - OpenRouter":       "qwen/qwen3.6-35b-a3b",
	"Qwen 3.6 Flash - OpenRouter":         "qwen/qwen3.6-flash",
	"Qwen 3.6 Plus - OpenRouter":          "qwen/qwen3.6-plus",
	"Qwen 3.6 Max Preview - OpenRouter":   "qwen/qwen3.6-max-preview",

	"Qwen 3.8 Max": "qwen/qwen3.8-max", "Qwen 3.8 27B": "qwen/qwen3.8-27b",
	"Qwen 3.7 Plus": "qwen/qwen3.7-plus", "Qwen 3.7 Flash": "qwen/qwen3.7-flash",
	"Qwen 3.6 Plus": "qwen/qwen3.6-plus", "Qwen 3.6 Flash": "qwen/qwen3.6-flash",
	"Qwen 3.6 27B": "qwen/qwen3.6-27b", "Qwen 3.6 35B A3B": "qwen/qwen3.6-35b-a3b", "Qwen 3.6 Max Preview": "qwen/qwen3.6-max-preview",
	"Qwen 3.5 Plus": "qwen/qwen3.5-plus-20260420", "Qwen 3.5 Plus 02-15": "qwen/qwen3.5-plus-02-15",
	"Qwen 3.5 Flash": "qwen/qwen3.5-flash-02-23", "Qwen 3.5 9B": "qwen/qwen3.5-9b", "Qwen 3.5 27B": "qwen/qwen3.5-27b",
	"Qwen 3.5 35B A3B": "qwen/qwen3.5-35b-a3b", "Qwen 3.5 122B A10B": "qwen/qwen3.5-122b-a10b",
	"Qwen 3.5 397B A17B":    "qwen/qwen3.5-397b-a17b",
	"Qwen 3 VL 8B Instruct": "qwen/qwen3-vl-8b-instruct", "Qwen 3 VL 8B Thinking": "qwen/qwen3-vl-8b-thinking",
	"Qwen 3 VL 30B A3B Instruct": "qwen/qwen3-vl-30b-a3b-instruct", "Qwen 3 VL 30B A3B Thinking": "qwen/qwen3-vl-30b-a3b-thinking",
	"Qwen 3 VL 32B Instruct": "qwen/qwen3-vl-32b-instruct", "Qwen 3 VL 235B A22B": "qwen/qwen3-vl-235b-a22b-instruct",
	"Qwen 3 VL 235B A22B Thinking": "qwen/qwen3-vl-235b-a22b-thinking",
}

// mustReason are the models that refuse to answer without reasoning.
var mustReason = map[string]bool{
	"qwen/qwen3.8-max": true, "qwen/qwen3-vl-8b-thinking": true, "qwen/qwen3-vl-30b-a3b-thinking": true, "qwen/qwen3-vl-235b-a22b-thinking": true,
}

// openRouter is the family of the blocks that ask through OpenRouter.
func openRouter(model string) family {
	return family{
		at: openRouterAPI, protocol: protocol.Chat{LegacyLimit: true}, model: model, names: openRouterNames,
		style: style{fenced: true, boxes: fractions}, pictureLimit: openRouterPicture, tune: routing,
	}
}

// routing restricts the servers that OpenRouter may use, by their data policy
// (https://openrouter.ai/docs/features/provider-routing). Older blocks have no such field.
func routing(call *engine.Call, _ string, q *protocol.Question) error {
	switch field(call, "privacy_level") {
	case "deny":
		q.Extra = map[string]any{"provider": map[string]any{"data_collection": "deny"}}
	case "zdr":
		q.Extra = map[string]any{"provider": map[string]any{"data_collection": "deny", "zdr": true}}
	default:
		q.Extra = map[string]any{}
	}
	return nil
}

// reasoning adds the effort to what routing sets
// (https://openrouter.ai/docs/use-cases/reasoning-tokens).
func reasoning(call *engine.Call, task string, q *protocol.Question) error {
	effort := field(call, "reasoning_effort")
	wanted := map[string]any{"effort": effort}
	switch {
	case effort == "none" && mustReason[q.Model]:
		wanted["effort"] = "low"
	case effort == "none":
		wanted = map[string]any{"enabled": false}
	}
	err := routing(call, task, q)
	q.Extra["reasoning"] = wanted
	return err
}

// muse is the block of Meta's models.
func muse() engine.Constructor {
	f := openRouter("model_version")
	f.style, f.tune, f.thinks = style{fenced: true, boxes: flat, single: true}, reasoning, true
	return f.block
}

// qwen is the block of Qwen's models. Its manifest refuses every backend but OpenRouter.
func qwen(f family) engine.Constructor {
	f.thinks = true
	return f.block
}

// qwen2 is the family of the second version, with Qwen's own form of boxes.
func qwen2() family {
	f := openRouter("openrouter_model_version")
	f.style, f.tune = style{fenced: true, boxes: thousandsXY, single: true}, reasoning
	return f
}

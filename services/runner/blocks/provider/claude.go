package provider

import (
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

var anthropicAPI = address{base: "https://api.anthropic.com/v1/", headers: [][2]string{protocol.MessagesVersion}}

// anthropicPicture is the largest picture that Anthropic takes, in bytes of base64
// (https://docs.anthropic.com/en/docs/build-with-claude/vision#faq).
const anthropicPicture = 5 << 20

// claudeNames are Anthropic's names of dated models
// (https://docs.anthropic.com/en/docs/about-claude/models/overview). The models of version
// 3.5 are gone; Roboflow's engine answers them with Sonnet 4.5.
var claudeNames = map[string]string{
	"claude-opus-4-5": "claude-opus-4-5-20251101", "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
	"claude-haiku-4-5": "claude-haiku-4-5-20251001", "claude-opus-4-1": "claude-opus-4-1-20250805",
	"claude-opus-4": "claude-opus-4-20250514", "claude-sonnet-4": "claude-sonnet-4-20250514",
	"claude-3-7-sonnet": "claude-3-7-sonnet-20250219", "claude-3-5-haiku": "claude-3-5-haiku-20241022",
	"claude-3-5-sonnet": "claude-sonnet-4-5-20250929", "claude-3-5-sonnet-v2": "claude-sonnet-4-5-20250929",
	"claude-3-opus": "claude-3-opus-20240229", "claude-3-haiku": "claude-3-haiku-20240307",
}

// oldControls are the models that accept a temperature and a budget for thinking. Newer
// models refuse a temperature, and choose the budget themselves.
var oldControls = []string{
	"claude-opus-4-6", "claude-sonnet-4-6", "claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-1", "claude-opus-4",
	"claude-sonnet-4", "claude-3-7-sonnet", "claude-3-5-haiku", "claude-3-5-sonnet", "claude-3-5-sonnet-v2", "claude-3-opus", "claude-3-haiku",
}

// claudeLimit is the longest answer of a model, because the API has no default for it.
func claudeLimit(model string) int64 {
	if strings.HasPrefix(model, "claude-opus-4-1") || strings.HasPrefix(model, "claude-opus-4-2") { // 4.1 and 4-20250514
		return 32_000
	}
	return 64_000
}

func claude() engine.Constructor {
	return family{
		at: anthropicAPI, protocol: protocol.Messages{}, model: "model_version", names: claudeNames,
		style: style{boxes: fractions}, pictureLimit: anthropicPicture, tune: tuneClaude,
	}.block
}

func tuneClaude(call *engine.Call, _ string, q *protocol.Question) error {
	old := slices.ContainsFunc(oldControls, func(name string) bool { return q.Model == name || q.Model == claudeNames[name] })
	if q.MaxTokens <= 0 {
		q.MaxTokens = claudeLimit(q.Model)
	}
	thinks, _ := call.Arg("extended_thinking").(bool)
	if thinks || !old {
		q.Temperature = nil
	}
	if !thinks {
		return nil
	}
	if !old {
		q.Extra = map[string]any{"thinking": map[string]any{"type": "adaptive"}}
		return nil
	}
	budget, given := value.Int(call.Arg("thinking_budget_tokens"))
	if !given {
		budget = q.MaxTokens / 2
	}
	if budget >= q.MaxTokens {
		return engine.Failf(engine.ClientCaused, "thinking_budget_tokens must be smaller than max_tokens, which is %d", q.MaxTokens)
	}
	q.Extra = map[string]any{"thinking": map[string]any{"type": "enabled", "budget_tokens": budget}}
	return nil
}

package provider

import (
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

var (
	openAIAPI = address{base: "https://api.openai.com/v1/"}
	xAIAPI    = address{base: "https://api.x.ai/v1/"}
)

// openAI is the block from version 2 on.
func openAI(p protocol.Protocol, fenced bool) engine.Constructor {
	return family{
		at: openAIAPI, protocol: p, model: "model_version",
		style: style{fenced: fenced, boxes: fractions},
		tune: func(call *engine.Call, _ string, q *protocol.Question) error {
			q.Detail, q.Effort = field(call, "image_detail"), field(call, "reasoning_effort")
			return nil
		},
	}.block
}

// grok is xAI's block.
func grok() engine.Constructor {
	return family{
		at: xAIAPI, protocol: protocol.Responses{SystemMessage: true}, model: "model_version",
		style: style{boxes: percents},
		tune: func(call *engine.Call, task string, q *protocol.Question) error {
			if task == "object-detection" {
				q.Detail = "high"
			}
			q.Effort = field(call, "reasoning_effort")
			return nil
		},
	}.block
}

package provider

import (
	"context"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// lmm is the oldest block of OpenAI. Its configuration is an object.
type lmm struct{ openAIv1 }

func newLMM(step engine.Step) (engine.Block, error) {
	format, _ := step.Fields["json_output"].(map[string]any)
	return &lmm{openAIv1{format: format}}, nil
}

// Run asks once for each picture.
func (b *lmm) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	q, err := configured(call)
	if err != nil {
		return engine.None(), err
	}
	q.Text, _ = call.Arg("prompt").(string)
	return b.ask(ctx, call, q, "remote_api_key")
}

// configured reads the object of both blocks.
func configured(call *engine.Call) (protocol.Question, error) {
	if call.Arg("remote_api_key") == nil {
		return protocol.Question{}, engine.Failf(engine.ClientCaused, "remote_api_key is missing; bind a credential of OpenAI")
	}
	config, _ := call.Arg("lmm_config").(map[string]any)
	q := protocol.Question{Model: "gpt-4o", Detail: "auto", MaxTokens: 450}
	if model, ok := config["gpt_model_version"].(string); ok {
		q.Model = model
	}
	if detail, ok := config["gpt_image_detail"].(string); ok {
		q.Detail = detail
	}
	if most, ok := value.Int(config["max_tokens"]); ok {
		q.MaxTokens = most
	}
	return q, nil
}

// lmmClassifier asks for one of the given classes.
type lmmClassifier struct{ openAIv1 }

func newLMMClassifier(engine.Step) (engine.Block, error) {
	return &lmmClassifier{openAIv1{format: map[string]any{"top": "the name of the class"}, classifies: true}}, nil
}

// Run asks once for each picture.
func (b *lmmClassifier) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	a, err := assignmentOf(call)
	if err != nil {
		return engine.None(), err
	}
	q, err := configured(call)
	if err != nil {
		return engine.None(), err
	}
	q.Text = fmt.Sprintf("Decide which one of these classes fits the picture best: %q. Use only names of given classes.", a.classes)
	return b.ask(ctx, call, q, "remote_api_key")
}

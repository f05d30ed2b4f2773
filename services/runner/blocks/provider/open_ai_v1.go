package provider

import (
	"context"
	"regexp"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// notDetected is the value of a key that the model left out.
const notDetected = "not_detected"

// fenced matches JSON in a Markdown code block.
var fenced = regexp.MustCompile("```json\n([\\s\\S]*?)\n```")

// openAIv1 asks a free question. It reads the keys of json_output_format from the answer,
// and each key becomes an output.
type openAIv1 struct {
	everyElement
	format map[string]any
	// classifies: the class is the only key, and has its own output.
	classifies bool
}

func newOpenAIv1(step engine.Step) (engine.Block, error) {
	format, _ := step.Fields["json_output_format"].(map[string]any)
	return &openAIv1{format: format}, nil
}

// Run asks once for each picture.
func (b *openAIv1) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	q := protocol.Question{}
	q.Text, _ = call.Arg("prompt").(string)
	q.Model, _ = call.Arg("openai_model").(string)
	q.Detail, _ = call.Arg("image_detail").(string)
	q.MaxTokens, _ = value.Int(call.Arg("max_tokens"))
	return b.ask(ctx, call, q, "openai_api_key")
}

// ask asks a question about each picture, with the credential of a slot.
func (b *openAIv1) ask(ctx context.Context, call *engine.Call, q protocol.Question, slot string) (engine.Result, error) {
	if len(q.Text) > maxPrompt {
		return engine.Result{}, engine.Failf(engine.LimitsCaused, "the prompt is longer than %d MiB", maxPrompt>>20)
	}
	if len(b.format) > 0 {
		q.Text += "\n\nAnswer with JSON of this form:\n" + indented(b.format)
	}
	return eachPicture(ctx, call, "images", usualConcurrency, func(ctx context.Context, picture *value.Image) (engine.Outputs, error) {
		encoded, err := jpegOf(ctx, call, picture)
		if err != nil {
			return nil, err
		}
		own := q
		own.Pictures = []string{encoded}
		answer, err := ask(ctx, call, openAIAPI.through(slot), protocol.Chat{LegacyLimit: true}, own)
		if err != nil {
			return nil, err
		}
		return b.outputs(picture, answer.Text), nil
	})
}

func (b *openAIv1) outputs(picture *value.Image, text string) engine.Outputs {
	structured := b.read(text)
	outputs := engine.Outputs{}
	for key, v := range structured {
		outputs[key] = v
	}
	outputs["raw_output"] = text
	if b.classifies {
		outputs["prediction_type"] = "classification"
	} else {
		outputs["structured_output"] = structured
	}
	outputs["image"] = map[string]any{"width": int64(picture.Width()), "height": int64(picture.Height())}
	outputs["parent_id"] = picture.ID()
	outputs["root_parent_id"] = picture.Root().ID
	return outputs
}

// read returns the requested keys of the first JSON object in an answer.
func (b *openAIv1) read(text string) map[string]any {
	if found := fenced.FindStringSubmatch(text); found != nil {
		text = found[1]
	}
	decoded, _ := value.Decode([]byte(strings.TrimSpace(text)))
	object, _ := decoded.(map[string]any)
	structured := make(map[string]any, len(b.format))
	for key := range b.format {
		structured[key] = notDetected
		if v, ok := object[key]; ok {
			structured[key] = v
		}
	}
	return structured
}

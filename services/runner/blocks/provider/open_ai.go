package provider

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// openAIBase is the fixed base URL of OpenAI's own blocks. A definition cannot change it.
const openAIBase = "https://api.openai.com/v1/"

// dialect is one of OpenAI's protocols.
type dialect interface{ request(question) request }

// openAI is the block from version 2 on, which gives a task to each picture.
type openAI struct {
	everyElement
	dialect dialect
	style   style
}

func newOpenAI(d dialect, s style) engine.Constructor {
	return func(engine.Step) (engine.Block, error) { return &openAI{dialect: d, style: s}, nil }
}

// Run asks once for each picture.
func (b *openAI) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	q, err := b.question(call)
	if err != nil {
		return engine.Result{}, err
	}
	return eachPicture(ctx, call, "images", concurrency(call), func(ctx context.Context, picture *value.Image) (engine.Outputs, error) {
		uri, err := dataURI(ctx, call, picture)
		if err != nil {
			return nil, err
		}
		own := q
		own.pictures = []string{uri}
		text, err := ask(ctx, call, toAPI(openAIBase, "api_key"), b.dialect.request(own))
		if err != nil {
			return nil, err
		}
		return engine.Outputs{"output": text, "classes": call.Arg("classes")}, nil
	})
}

func (b *openAI) question(call *engine.Call) (question, error) {
	a, err := assignmentOf(call)
	if err != nil {
		return question{}, err
	}
	task, _ := call.Arg("task_type").(string)
	q := question{temperature: temperature(call)}
	if q.system, q.text, err = b.style.brief(task, a); err != nil {
		return question{}, err
	}
	q.model, _ = call.Arg("model_version").(string)
	q.detail, _ = call.Arg("image_detail").(string)
	q.effort, _ = call.Arg("reasoning_effort").(string)
	q.maxTokens, _ = value.Int(call.Arg("max_tokens"))
	return q, nil
}

package provider

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// family describes a block that gives one task to each picture. A new provider needs only a
// new family.
type family struct {
	// at is the provider's API. A definition cannot change it.
	at       address
	protocol protocol.Protocol
	style    style
	// model is the field that names the model. names maps its values to the provider's names;
	// any other value is sent unchanged.
	model string
	names map[string]string
	// pictureLimit bounds the base64 of a picture, in bytes; 0 is no bound.
	pictureLimit int
	// tune sets options that only this family has. It may be nil.
	tune func(call *engine.Call, task string, q *protocol.Question) error
	// thinks reports that the block has the output thinking.
	thinks bool
}

// asker is a block of a family.
type asker struct {
	everyElement
	family
}

func (f family) block(engine.Step) (engine.Block, error) { return &asker{family: f}, nil }

// Run asks once for each picture.
func (b *asker) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	q, err := b.question(call)
	if err != nil {
		return engine.Result{}, err
	}
	side, _ := value.Int(call.Arg("max_image_size"))
	return eachPicture(ctx, call, "images", concurrency(call), func(ctx context.Context, picture *value.Image) (engine.Outputs, error) {
		encoded, err := jpegWithin(ctx, call, picture, int(max(side, 0)), b.pictureLimit)
		if err != nil {
			return nil, err
		}
		own := q
		own.Pictures = []string{encoded}
		answer, err := ask(ctx, call, b.at.through("api_key"), b.protocol, own)
		if err != nil {
			return nil, err
		}
		outputs := engine.Outputs{"output": answer.Text, "classes": call.Arg("classes")}
		if b.thinks {
			outputs["thinking"] = answer.Thinking
		}
		return outputs, nil
	})
}

// question is the question of a step without its picture.
func (b *asker) question(call *engine.Call) (protocol.Question, error) {
	a, err := assignmentOf(call)
	if err != nil {
		return protocol.Question{}, err
	}
	task, _ := call.Arg("task_type").(string)
	q, err := b.style.question(task, a)
	if err != nil {
		return protocol.Question{}, err
	}
	name, _ := call.Arg(b.model).(string)
	if q.Model = b.names[name]; q.Model == "" {
		q.Model = name
	}
	q.MaxTokens, _ = value.Int(call.Arg("max_tokens"))
	q.Temperature = temperature(call)
	if b.tune != nil {
		err = b.tune(call, task, &q)
	}
	return q, err
}

// field returns a field that is a text, or "".
func field(call *engine.Call, name string) string {
	text, _ := call.Arg(name).(string)
	return text
}

package sink

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/parameter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxText bounds the text of a notification, in bytes.
const maxText = 1 << 20

// maxAttached bounds the attachments of one notification together, in bytes before encoding, which adds a
// third.
const maxAttached = 15 << 20

// notification is a text for people, with attachments.
type notification struct {
	cooldown
	operations parameter.Operations
}

func newNotification(step engine.Step) (notification, error) {
	operations, err := parameter.Parse(step, "message_parameters_operations")
	return notification{cooldown{steady(step)}, operations}, err
}

// text fills in the parameters of the message. A parameter that is a picture becomes an attachment, and
// its placeholder is replaced by the attachment's name.
func (n *notification) text(ctx context.Context, call *engine.Call) (string, []attachment, error) {
	parameters, err := n.operations.Apply(ctx, call, "message_parameters")
	if err != nil {
		return "", nil, fmt.Errorf("message_parameters: %w", err)
	}
	texts, size, encoded := make(map[string]string, len(parameters)), 0, 0
	var pictures []attachment
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if picture, ok := parameters[name].(*value.Image); ok {
			a, err := attached(ctx, call, name+".jpg", picture)
			if err != nil {
				return "", nil, err
			}
			if encoded += len(a.content); encoded > maxAttached {
				return "", nil, tooMuchAttached()
			}
			pictures, texts[name] = append(pictures, a), "["+a.name+"]"
			continue
		}
		if size += value.Size(parameters[name], maxText); size > maxText {
			return "", nil, engine.Failf(engine.LimitsCaused, "the message is longer than %d MiB", maxText>>20)
		}
		texts[name] = value.Text(parameters[name])
	}
	message, _ := call.Arg("message").(string)
	message, err = parameter.Fill(message, texts, maxText)
	return message, pictures, err
}

// attachments returns the attachments of the step, ordered by name, after the given ones.
func attachments(ctx context.Context, call *engine.Call, all []attachment) ([]attachment, error) {
	files, _ := call.Arg("attachments").(map[string]any)
	total := 0
	for _, a := range all {
		total += len(a.content)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		a, err := attached(ctx, call, name, files[name])
		if err != nil {
			return nil, err
		}
		if total += len(a.content); total > maxAttached {
			return nil, tooMuchAttached()
		}
		all = append(all, a)
	}
	return all, nil
}

func tooMuchAttached() error {
	return engine.Failf(engine.LimitsCaused, "the attachments are larger than %d MiB together", maxAttached>>20)
}

func attached(ctx context.Context, call *engine.Call, name string, v any) (attachment, error) {
	base := path.Base(strings.ReplaceAll(name, "\\", "/"))
	if base == "." || base == "/" || base == ".." || len(base) > 200 || strings.ContainsFunc(name, isControl) {
		return attachment{}, engine.Failf(engine.ClientCaused, "%.60q cannot be the name of an attachment", name)
	}
	if picture, ok := v.(*value.Image); ok {
		content, err := picture.JPEG(ctx, call.Codec, value.DefaultQuality)
		return attachment{base, content}, err
	}
	content, err := fileContent(name, v)
	return attachment{base, content}, err
}

// sent returns the result of a notification. It contains a failure unless the failure is
// hard.
func sent(ctx context.Context, what string, err error) (engine.Result, error) {
	switch {
	case hard(ctx, err):
		return engine.Result{}, err
	case err != nil:
		return report(true, false, "Failed to send "+what+": "+explain(err)), nil
	}
	return report(false, false, messageSent), nil
}

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/parameter"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// openAICompatible asks any server that speaks the chat completions protocol.
type openAICompatible struct {
	everyElement
	// prompt is nil if the prompt is a value of the run.
	prompt     *template
	operations parameter.Operations
	extra      map[string]any
	// reports: the workflow reads error_status, so failures are reported there.
	reports bool
}

func newOpenAICompatible(step engine.Step) (engine.Block, error) {
	b := &openAICompatible{reports: slices.Contains(step.Reads, errorStatus) || slices.Contains(step.Reads, manifest.AnyOutput)}
	if text, ok := step.Fields["prompt"].(string); ok && !isSelector(text) {
		parsed := parseTemplate(text)
		b.prompt = &parsed
	}
	var err error
	if b.operations, err = parameter.Parse(step, "prompt_parameters_operations"); err != nil {
		return nil, err
	}
	b.extra, _ = step.Fields["extra_body"].(map[string]any)
	if _, streams := b.extra["stream"]; streams {
		return nil, errors.New("extra_body.stream: answers are taken in one piece")
	}
	return b, nil
}

// Concurrency implements engine.Concurrent: elements wait for the provider side
// by side.
func (b *openAICompatible) Concurrency() int { return usualConcurrency }

// errorStatus is the output that explains a missing answer.
const errorStatus = "error_status"

// Run asks once for one element. If the workflow reads error_status, a failed provider does
// not fail the step; that is the block's contract. If nothing reads it, the step fails,
// because an empty answer could not be told from a real one.
func (b *openAICompatible) Run(ctx context.Context, call *engine.Call) (engine.Result, error) {
	to, err := addressOf(call)
	if err != nil {
		return engine.Result{}, err
	}
	q, err := b.question(ctx, call)
	if err != nil {
		return engine.Result{}, err
	}
	answer, err := ask(ctx, call, to, protocol.Chat{LegacyLimit: true}, q)
	if message, soft := toleratedFailure(err); soft && b.reports {
		return engine.One(engine.Outputs{"output": "", errorStatus: message}), nil
	}
	if err != nil {
		return engine.Result{}, err
	}
	return engine.One(engine.Outputs{"output": answer.Text, errorStatus: ""}), nil
}

// toleratedFailure returns the message of a provider's failure. Refusals of Keyhole, such
// as a withdrawn right or a withheld answer, are never tolerated.
func toleratedFailure(err error) (message string, ok bool) {
	public, ours := errors.AsType[*errs.Error](err)
	if !ours || public.Reason() != errorsv1.Reason_REASON_PROVIDER_FAILED {
		return "", false
	}
	return public.Message(), true
}

func (b *openAICompatible) question(ctx context.Context, call *engine.Call) (protocol.Question, error) {
	values, err := b.operations.Apply(ctx, call, "prompt_parameters")
	if err != nil {
		return protocol.Question{}, err
	}
	prompt := b.prompt
	if prompt == nil {
		text, _ := call.Arg("prompt").(string)
		verbatim := literal(text)
		prompt = &verbatim
	}
	pictures, texts, err := material(ctx, call, *prompt, values)
	if err != nil {
		return protocol.Question{}, err
	}
	filled, err := prompt.fill(texts)
	if err != nil {
		return protocol.Question{}, err
	}
	q := protocol.Question{Text: filled, Pictures: pictures, Temperature: temperature(call), Extra: b.extra}
	q.Model, _ = call.Arg("model_name").(string)
	q.System, _ = call.Arg("system_prompt").(string)
	q.MaxTokens, _ = value.Int(call.Arg("max_tokens"))
	if len(q.Text)+len(q.System) > maxPrompt {
		return protocol.Question{}, tooLong()
	}
	return q, nil
}

// material splits parameters into pictures, which are sent next to the text, and texts.
// Pictures that the prompt names come first, in the prompt's order.
func material(ctx context.Context, call *engine.Call, prompt template, values map[string]any) ([]string, map[string]string, error) {
	var pictures album
	texts := map[string]string{}
	seen := map[string]bool{}
	for _, name := range slices.Concat(prompt.names, slices.Sorted(maps.Keys(values))) {
		v, known := values[name]
		if seen[name] || !known {
			continue
		}
		seen[name] = true
		found, err := pictures.take(ctx, call, v)
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("encode parameter %q: %w", name, err)
		case found:
			texts[name] = ""
		case !slices.Contains(prompt.names, name):
		case value.Size(v, maxPrompt) > maxPrompt:
			return nil, nil, engine.Failf(engine.LimitsCaused, "parameter %q is too long for a prompt", name)
		default:
			texts[name] = value.Text(v)
		}
	}
	return pictures.pictures, texts, nil
}

func temperature(call *engine.Call) *float64 {
	if t, ok := value.Float(call.Arg("temperature")); ok {
		return &t
	}
	return nil
}

package runner_test

import (
	"context"
	"encoding/base64"
	"errors"
	"testing"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/runner"
)

// ask runs through the link as the given caller.
func (w *harness) ask(ctx context.Context, in map[string]any, t testing.TB) error {
	_, err := w.public.RunSharedWorkflow(ctx, &runnerv1.RunSharedWorkflowRequest{Token: "tok", Inputs: inputs(t, in)})
	return err
}

func visitor(ctx context.Context, name string) context.Context {
	return caller.With(ctx, caller.Principal{Kind: caller.Guest, Workspace: "operator", Visitor: name})
}

// One key, and one address, start far more runs than there are places, at a provider that
// never answers. Others still run meanwhile.
func TestAttackManySlowRuns(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "200 slow runs of one key, 200 of one address")
	w, provider := hanging(t, runner.Config{})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	hog := w.member(t, "hog")
	ended := make(chan error, 400)
	for range 200 {
		go func() { ended <- w.ask(caller.With(ctx, caller.From(hog)), nil, t) }()
		go func() { ended <- w.ask(visitor(ctx, "guest-hog"), nil, t) }()
	}
	// The provider holds all that were not refused.
	refusals := 0
	for ; refusals+provider.Count() < 400; refusals++ {
		if err := <-ended; errs.ReasonOf(err) != errorsv1.Reason_REASON_RATE_LIMITED {
			t.Fatalf("got %v", err)
		}
	}
	w.sharing.set(func(p *sharingPeer) { p.definition, p.slots = plain(t), nil })
	for _, who := range []string{"a", "b", "c", "d", "e"} {
		err := w.ask(caller.With(ctx, caller.From(w.member(t, "quiet-"+who))), map[string]any{"who": "you"}, t)
		a.Attempt(err == nil, "another workspace got %v", err)
		err = w.ask(visitor(ctx, "guest-"+who), map[string]any{"who": "you"}, t)
		a.Attempt(err == nil, "another guest got %v", err)
	}
	cancel()
	for range 400 - refusals {
		if err := <-ended; err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a held run ended with %v", err)
		}
	}
}

// seeing is a definition with one step that sends a picture to a provider, or has it and
// does not send it.
func seeing(t testing.TB, baseURL string, shows bool) []byte {
	t.Helper()
	step := map[string]any{
		"type": "roboflow_core/openai_compatible@v1", "name": "llm", "base_url": baseURL, "model_name": "m",
		"prompt": "what is it?", "api_key": "$credentials.llm",
	}
	if shows {
		step["prompt"], step["prompt_parameters"] = "look: {{ $parameters.p }}", map[string]any{"p": "$inputs.image"}
	}
	return mustJSON(t, map[string]any{
		"version": "1.0",
		"inputs":  []any{map[string]any{"type": "WorkflowImage", "name": "image"}},
		"steps":   []any{step},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "answer", "selector": "$steps.llm.output"}},
	})
}

// encoding is a definition whose one step reads a picture's pixels.
func encoding(t testing.TB) []byte {
	t.Helper()
	return mustJSON(t, map[string]any{
		"version": "1.0",
		"inputs":  []any{map[string]any{"type": "WorkflowImage", "name": "image"}},
		"steps": []any{map[string]any{
			"type": "roboflow_core/property_definition@v1", "name": "jpeg", "data": "$inputs.image",
			"operations": []any{map[string]any{"type": "ConvertImageToJPEG"}},
		}},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "jpeg", "selector": "$steps.jpeg.output"}},
	})
}

// headerOf is the start of a PNG that declares many pixels and has none.
func headerOf(t *testing.T, side int) []byte { return pngOf(t, side, side)[:65] }

// Runs with more pictures than fit into memory wait for a provider. Another workspace's
// picture is read meanwhile, and in the end nothing is held.
func TestAttackPicturesBeforeASlowProvider(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "pictures held before a slow provider")
	for name, shows := range map[string]bool{"pictures that are shown": true, "headers without pixels": false} {
		w, provider := hanging(t, runner.Config{PictureBytes: 8 << 20})
		w.sharing.definition = seeing(t, provider.URL, shows)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		picture := pngOf(t, 800, 800) // 2.5 MB: three would exceed the memory
		if !shows {
			picture = headerOf(t, 800)
		}
		in := map[string]any{"image": base64.StdEncoding.EncodeToString(picture)}
		hog := caller.From(w.member(t, "hog"))
		ended := make(chan error, 12)
		for range 12 {
			go func() { ended <- w.ask(caller.With(ctx, hog), in, t) }()
		}
		reached(t, func() bool { return provider.Count() == 12 })
		w.sharing.set(func(p *sharingPeer) { p.definition, p.slots = encoding(t), nil })
		fits := map[string]any{"image": base64.StdEncoding.EncodeToString(pngOf(t, 500, 500))}
		for _, who := range []string{"a", "b", "c"} {
			err := w.ask(caller.With(ctx, caller.From(w.member(t, "quiet-"+who))), fits, t)
			a.Attempt(err == nil, "%s: another workspace got %v", name, err)
		}
		cancel()
		for range 12 {
			<-ended
		}
		reached(t, func() bool { return w.service.PictureBytesHeld() == 0 })
	}
}

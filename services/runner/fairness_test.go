package runner_test

import (
	"context"
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

// ask runs through the link on somebody's behalf.
func (w *world) ask(ctx context.Context, in map[string]any, t testing.TB) error {
	_, err := w.public.RunSharedWorkflow(ctx, &runnerv1.RunSharedWorkflowRequest{Token: "tok", Inputs: inputs(t, in)})
	return err
}

func visitor(ctx context.Context, name string) context.Context {
	return caller.With(ctx, caller.Principal{Kind: caller.Guest, Workspace: "operator", Visitor: name})
}

// One key, and one address, start far more runs than there are places, before a
// provider that never answers. Others still run while all of that goes on.
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
	// All that were not refused are held open by the provider.
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

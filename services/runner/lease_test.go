package runner_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/runner"
)

// hanging is a harness whose runs wait for a provider that never answers.
func hanging(t *testing.T, cfg runner.Config) (*harness, *testkit.OpenAI) {
	t.Helper()
	w := newHarness(t, cfg)
	provider := testkit.Provider(t)
	provider.Behave(testkit.Hang)
	w.sharing.definition = asking(t, provider.URL)
	w.sharing.slots = []grant.Slot{{Step: "llm", Field: "api_key", Credential: "workspaces/demo/credentials/llm", Destination: provider.URL}}
	w.vault.stored["workspaces/demo/credentials/llm"] = canary
	return w, provider
}

// start starts a run and returns when the provider was called.
func (w *harness) start(t *testing.T, ctx context.Context, provider *testkit.OpenAI, calls int) <-chan error {
	t.Helper()
	ended := make(chan error, 1)
	go func() {
		_, err := w.public.RunSharedWorkflow(ctx, &runnerv1.RunSharedWorkflowRequest{Token: "tok"})
		ended <- err
	}()
	reached(t, func() bool { return provider.Count() >= calls })
	return ended
}

// reached polls until a condition without a signal holds.
func reached(t *testing.T, what func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	timeout := time.After(30 * time.Second)
	for !what() {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatal("it did not happen")
		}
	}
}

func TestARevokedRunEndsWithinASecond(t *testing.T) {
	t.Parallel()
	w, provider := hanging(t, runner.Config{})
	ended := w.start(t, guest(t.Context()), provider, 1)
	revoked := time.Now()
	w.sharing.set(func(p *sharingPeer) { p.endAll = "the share was revoked" })
	err := <-ended
	if took := time.Since(revoked); took > time.Second {
		t.Errorf("it took %s", took)
	}
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_RUN_REVOKED {
		t.Errorf("got %v", err)
	}
	booked := w.sharing.bookings(t, 1)[0]
	if booked.GetState() != sharingv1.RunState_RUN_STATE_CANCELLED || booked.GetReason() != "RUN_REVOKED" || len(booked.GetItems()) != 1 {
		t.Errorf("booked %v", booked)
	}
}

// A caller that gives up ends the work, and the usage is booked.
func TestACancelledRunIsBooked(t *testing.T) {
	t.Parallel()
	w, provider := hanging(t, runner.Config{})
	ctx, cancel := context.WithCancel(guest(t.Context()))
	ended := w.start(t, ctx, provider, 1)
	cancel()
	if err := <-ended; errs.CodeOf(err) != codes.Canceled {
		t.Errorf("got %v", err)
	}
	booked := w.sharing.bookings(t, 1)[0]
	if booked.GetState() != sharingv1.RunState_RUN_STATE_CANCELLED || booked.GetReason() != "CANCELLED" || len(booked.GetItems()) != 1 {
		t.Errorf("booked %v", booked)
	}
}

func TestTheGrantsDeadlineHolds(t *testing.T) {
	t.Parallel()
	w, _ := hanging(t, runner.Config{})
	w.sharing.runTime = 200 * time.Millisecond
	_, err := w.shared(t, nil)
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_DEADLINE_EXCEEDED {
		t.Errorf("got %v", err)
	}
	booked := w.sharing.bookings(t, 1)[0]
	if booked.GetState() != sharingv1.RunState_RUN_STATE_FAILED || booked.GetReason() != "DEADLINE_EXCEEDED" {
		t.Errorf("booked %v", booked)
	}
}

func TestABookingIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = plain(t)
	w.sharing.deny = 3
	if _, err := w.shared(t, map[string]any{"who": "you"}); err != nil {
		t.Errorf("got %v", err)
	}
	w.sharing.bookings(t, 1)
}

func TestTooManyRunsAreRefused(t *testing.T) {
	t.Parallel()
	w, provider := hanging(t, runner.Config{Runs: 6}) // one visitor has two of them
	ctx, cancel := context.WithCancel(guest(t.Context()))
	first, second := w.start(t, ctx, provider, 1), w.start(t, ctx, provider, 2)
	_, err := w.shared(t, nil)
	if e := errs.From(err); e.Reason() != errorsv1.Reason_REASON_RATE_LIMITED || e.Delay() <= 0 {
		t.Errorf("got %v", err)
	}
	if n := len(w.sharing.asked); n != 2 {
		t.Errorf("sharing was asked %d times", n)
	}
	cancel()
	<-first
	<-second
	w.sharing.bookings(t, 2)
}

func TestABurstWaitsForAPlace(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{Runs: 1})
	w.sharing.definition = plain(t)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := w.shared(t, map[string]any{"who": "you"}); err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
	group.Wait()
	w.sharing.bookings(t, 20)
}

// A stop accepts no new runs, lets running ones finish for a while, then ends them, and
// returns when all are booked.
func TestAStopLeavesNothingUnbooked(t *testing.T) {
	t.Parallel()
	w, provider := hanging(t, runner.Config{StopWithin: 50 * time.Millisecond})
	ended := w.start(t, guest(t.Context()), provider, 1)
	w.stop()
	<-w.stopped
	booked := w.sharing.bookings(t, 1)
	if len(booked) != 1 || booked[0].GetState() != sharingv1.RunState_RUN_STATE_FAILED {
		t.Errorf("booked %v", booked)
	}
	if err := <-ended; errs.ReasonOf(err) != errorsv1.Reason_REASON_UNAVAILABLE {
		t.Errorf("the run ended with %v", err)
	}
	if _, err := w.shared(t, nil); errs.CodeOf(err) != codes.Unavailable {
		t.Errorf("a new run got %v", err)
	}
}

func TestAStreamTellsOfEveryStep(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = plain(t)
	stream, err := w.public.RunSharedWorkflowStream(guest(t.Context()),
		&runnerv1.RunSharedWorkflowStreamRequest{Token: "tok", Inputs: inputs(t, map[string]any{"who": "you"})})
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case event.GetStarted() != "":
			seen = append(seen, "run")
		case event.GetStep() != nil:
			seen = append(seen, event.GetStep().GetStep()+" "+event.GetStep().GetState())
		case event.GetFinished() != nil:
			seen = append(seen, output(t, event.GetFinished(), "text"))
		}
	}
	want := []string{"run", "greet started", "greet succeeded", "hello you"}
	if len(seen) != len(want) {
		t.Fatalf("saw %q", seen)
	}
	for i := range want {
		if seen[i] != want[i] {
			t.Errorf("event %d is %q, want %q", i, seen[i], want[i])
		}
	}
}

func TestAStreamThatFailsEndsWithTheReason(t *testing.T) {
	t.Parallel()
	w, provider := hanging(t, runner.Config{})
	stream, err := w.public.RunSharedWorkflowStream(guest(t.Context()), &runnerv1.RunSharedWorkflowStreamRequest{Token: "tok"})
	if err != nil {
		t.Fatal(err)
	}
	reached(t, func() bool { return provider.Count() == 1 })
	w.sharing.set(func(p *sharingPeer) { p.endAll = "the share was revoked" })
	for err == nil {
		_, err = stream.Recv()
	}
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_RUN_REVOKED {
		t.Errorf("got %v", err)
	}
	w.sharing.bookings(t, 1)
}

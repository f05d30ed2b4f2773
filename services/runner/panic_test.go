package runner_test

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// A bug of ours fails one run, reveals nothing about internals, and is booked.
func TestAPanicIsBooked(t *testing.T) {
	t.Parallel()
	const block = "roboflow_core/string_template@v1"
	for name, construct := range map[string]engine.Constructor{
		"while it compiles": func(engine.Step) (engine.Block, error) { panic("the inside") },
		"while it runs": func(engine.Step) (engine.Block, error) {
			return engine.BlockFunc(func(context.Context, *engine.Call) (engine.Result, error) { panic("the inside") }), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newHarnessOf(t, runner.Config{Runs: 1}, engine.Registry{block: construct})
			w.sharing.definition = plain(t)
			for range 2 { // the place is free again
				_, err := w.shared(t, map[string]any{"who": "you"})
				if errs.CodeOf(err) != codes.Internal || strings.Contains(err.Error(), "the inside") {
					t.Errorf("got %v", err)
				}
			}
			for _, booked := range w.sharing.bookings(t, 2) {
				if booked.GetState() != sharingv1.RunState_RUN_STATE_FAILED || strings.Contains(booked.String(), "the inside") {
					t.Errorf("booked %v", booked)
				}
			}
		})
	}
}

// A step that exceeds its own time limit is not a run that exceeds its limit.
func TestAStepThatTakesTooLongIsNamed(t *testing.T) {
	t.Parallel()
	slow := func(engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(context.Context, *engine.Call) (engine.Result, error) {
			return engine.Result{}, context.DeadlineExceeded
		}), nil
	}
	w := newHarnessOf(t, runner.Config{}, engine.Registry{"roboflow_core/string_template@v1": slow})
	w.sharing.definition = plain(t)
	_, err := w.shared(t, map[string]any{"who": "you"})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_DEADLINE_EXCEEDED || errs.From(err).Metadata()["step"] != "greet" {
		t.Errorf("got %v", err)
	}
}

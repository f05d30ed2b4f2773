package runner_test

import (
	"testing"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/runner"
)

// BenchmarkSharedRun is a run without models through a link: three calls (run, authorise,
// finish) with all their interceptors, and one step.
func BenchmarkSharedRun(b *testing.B) {
	w := newHarness(b, runner.Config{})
	w.sharing.definition = plain(b)
	in := inputs(b, map[string]any{"who": "you"})
	ctx := guest(b.Context())
	b.ReportAllocs()
	for b.Loop() {
		got, err := w.public.RunSharedWorkflow(ctx, &runnerv1.RunSharedWorkflowRequest{Token: "tok", Inputs: in})
		if err != nil {
			b.Fatal(err)
		}
		if output(b, got, "text") != "hello you" {
			b.Fatal("wrong answer")
		}
	}
}

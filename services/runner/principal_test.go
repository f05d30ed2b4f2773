package runner_test

import (
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/runner"
)

// A caller's assertion is valid for seconds, a run takes minutes. After the authorisation a
// run depends on its grant only, and later peers do not learn who the caller is.
func TestAfterItsAuthorisationARunRestsOnItsGrantAlone(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = asking(t, "https://llm.example.com/v1")
	w.sharing.slots = []grant.Slot{{
		Step: "llm", Field: "api_key", Credential: "workspaces/demo/credentials/llm", Destination: "https://llm.example.com:443",
	}}
	w.vault.refusal = errs.PermissionDenied("no").WithReason(errorsv1.Reason_REASON_HANDLE_INVALID)
	_, err := w.public.RunWorkflow(w.member(t, "demo"), &runnerv1.RunWorkflowRequest{Name: "workspaces/demo/workflows/w"})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_HANDLE_INVALID {
		t.Fatalf("got %v", err)
	}
	w.sharing.bookings(t, 1)
	if got := w.sharing.finisher; got.Kind != caller.None {
		t.Errorf("the run was booked in the name of a %v", got.Kind)
	}
	if got := w.vault.asker; got.Kind != caller.None || len(w.vault.issued) == 0 {
		t.Errorf("a handle was asked for in the name of a %v", got.Kind)
	}
}

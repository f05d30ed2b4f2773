package sharing_test

import (
	"strings"
	"testing"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// The whole path at its simplest: a workflow, its link, the view, a run, its end, and the
// usage.
func TestASharedRunFromSaveToUsage(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newHarness(t, url, "embedded:")
		s.workflow("acme", "greet", plainWorkflow)
		share := s.share("acme", "greet", nil)
		if len(share.GetToken()) < 22 || !strings.HasSuffix(share.GetUri(), share.GetToken()) {
			t.Fatalf("link %q at %q", share.GetToken(), share.GetUri())
		}
		view, err := s.api.GetSharedWorkflow(s.guest("g1"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
		must(t, err)
		if view.GetTitle() != "The greet" || len(view.GetGraph().GetNodes()) != 3 || !view.GetRunnable() || view.GetTerms().GetCharged() != "guest" {
			t.Errorf("view: %v", view)
		}
		run, err := s.preview(s.member("visitor"), share.GetToken(), "run_1", "who")
		must(t, err)
		if run.GetName() != "workspaces/visitor/runs/run_1" || !run.GetPreview() || run.GetGrant() != "" { // it asks for no input
			t.Errorf("run: %v", run)
		}
		s.finish("run_1", &sharingv1.LineItem{Step: "greet", Attempt: 1, Kind: "model", Resource: "x", Quantity: 3})
		if got := s.usage("visitor", "key")["workspaces/visitor/keys/main"]; got != 1 {
			t.Errorf("the visitor was charged %d runs, want 1", got)
		}
		if got := s.usage("acme", "key"); len(got) != 0 {
			t.Errorf("the owner was charged %v, want nothing", got)
		}
	})
}

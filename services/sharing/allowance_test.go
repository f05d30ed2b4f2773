package sharing_test

import (
	"fmt"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/sharing"
)

// One visitor cannot use up what an owner opens for all. By default each visitor gets a
// fifth of the runs.
func TestOneVisitorLeavesRunsForOthers(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.caption()
		share := s.share("acme", "caption", &sharingv1.Share{
			CredentialAccess: hiddenAccess, Limits: &sharingv1.Limits{Runs: 9, CredentialCalls: 100, Period: vaultv1.Period_PERIOD_DAY},
		})
		if got := share.GetLimits().GetVisitorRuns(); got != 2 {
			t.Fatalf("one visitor has %d of 9 runs, want 2", got)
		}
		for i, visitor := range []string{"one", "two"} {
			for n := range 2 {
				_, err := s.preview(s.guest(visitor), share.GetToken(), fmt.Sprintf("r%d-%d", i, n), "question")
				must(t, err)
			}
			_, err := s.preview(s.guest(visitor), share.GetToken(), fmt.Sprintf("r%d-last", i), "question")
			refused(t, err, errorsv1.Reason_REASON_VISITOR_BUDGET_EXHAUSTED)
		}
		// The owner's limit for a visitor replaces the default.
		_, err := s.update(&sharingv1.Share{Name: share.GetName(), Limits: &sharingv1.Limits{VisitorRuns: 9}}, "limits.visitor_runs")
		must(t, err)
		_, err = s.preview(s.guest("one"), share.GetToken(), "more", "question")
		must(t, err)
		if got := s.share("acme", "caption", nil).GetLimits(); got != nil {
			t.Errorf("a share that opens nothing has the limits %v", got)
		}
	})
}

// A member is one visitor, however many keys it has, and stays one when the counters are
// rebuilt from the ledger.
func TestAMembersKeysAreOneVisitor(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newHarness(t, url, "embedded:")
		s.workflow("acme", "greet", plainWorkflow)
		token := s.share("acme", "greet", &sharingv1.Share{Limits: &sharingv1.Limits{Runs: 100, VisitorRuns: 3, Period: vaultv1.Period_PERIOD_DAY}}).GetToken()
		for _, key := range []string{"a", "b", "c"} {
			_, err := s.preview(s.key("visitor", key), token, "r-"+key)
			must(t, err)
			s.finish("r-" + key)
		}
		for _, how := range []string{"counted", "counted again"} {
			_, err := s.preview(s.key("visitor", "d"), token, "r-d")
			refused(t, err, errorsv1.Reason_REASON_VISITOR_BUDGET_EXHAUSTED)
			_, err = s.preview(s.key("another", "a"), token, "r-"+how[len(how)-4:])
			must(t, err)
			s.flush()
		}
	})
}

// No run through a link can use up what its owner allows with hidden credentials.
func TestOnePreviewLeavesCallsForOthers(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:", func(c *sharing.Config) { c.PreviewCalls = 7 })
	s.caption("own")
	attempts := func(calls int64) int32 {
		share := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: hiddenAccess, Limits: &sharingv1.Limits{Runs: 10, CredentialCalls: calls}})
		run, err := s.preview(s.member("visitor"), share.GetToken(), fmt.Sprintf("r%d", calls), "question")
		must(t, err)
		return s.claims(run.GetGrant()).Limits.Attempts
	}
	for calls, want := range map[int64]int32{1000: 7, 10: 5, 3: 1, 1: 1} {
		if got := attempts(calls); got != want {
			t.Errorf("of %d calls one step may make %d, want %d", calls, got, want)
		}
	}
	run, err := s.own(s.member("acme"), "workspaces/acme/workflows/caption", "own-again")
	must(t, err)
	if got := s.claims(run.GetGrant()).Limits.Attempts; got != 1000 {
		t.Errorf("a step of an own run may make %d calls", got)
	}
}

// When the guests' key is exhausted, the view does not claim that the link runs. It does
// not show what the key has left. Only the operator sees the usage of guests.
func TestGuestsKeyThatIsUsedUp(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.budget(rpc.GuestKey, 1, vaultv1.Period_PERIOD_DAY)
		s.workflow("acme", "greet", plainWorkflow)
		token := s.share("acme", "greet", nil).GetToken()
		seen := func() *sharingv1.SharedWorkflow {
			s.settle()
			view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: token})
			must(t, err)
			return known(t, view)
		}
		if !seen().GetRunnable() {
			t.Fatal("the view says that it does not run")
		}
		_, err := s.preview(s.guest("another"), token, "r1")
		must(t, err)
		s.finish("r1")
		view := seen()
		if view.GetRunnable() || len(view.GetTerms().GetBlocked()) != 1 {
			t.Errorf("runnable %v, blocked %q", view.GetRunnable(), view.GetTerms().GetBlocked())
		}
		for _, a := range view.GetAllowances() {
			if a.GetScope() == "key" {
				t.Errorf("a guest sees what the guests' key has left: %v", a)
			}
		}
		_, err = s.preview(s.guest("g"), token, "r2")
		refused(t, err, errorsv1.Reason_REASON_KEY_BUDGET_EXHAUSTED)

		operator := caller.Principal{Kind: caller.Operator, Workspace: "operator", Key: "workspaces/operator/keys/first"}
		query := func(ws string) (*sharingv1.QueryUsageResponse, error) {
			return s.api.QueryUsage(s.as(operator), &sharingv1.QueryUsageRequest{Parent: "workspaces/" + ws, GroupBy: "key"})
		}
		used, err := query("operator")
		must(t, err)
		if len(used.GetRows()) != 1 || used.GetRows()[0].GetGroup() != rpc.GuestKey || used.GetRows()[0].GetRuns() != 1 {
			t.Errorf("what guests have used: %v", used.GetRows())
		}
		_, err = query("acme")
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
	})
}

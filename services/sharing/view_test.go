package sharing_test

import (
	"strings"
	"testing"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// A view names the owner by the workspace's title.
func TestAViewNamesItsOwner(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.set(func() { s.vault.titles = map[string]string{"acme": "Acme Vision"} })
		for ws, want := range map[string]string{"acme": "Acme Vision", "untitled": "untitled"} {
			s.workflow(ws, "greet", plainWorkflow)
			token := s.share(ws, "greet", nil).GetToken()
			view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: token})
			must(t, err)
			fork, err := s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{Token: token, Parent: "workspaces/visitor", WorkflowId: "of-" + ws})
			must(t, err)
			if got := known(t, view).GetOwner(); got != want || !strings.Contains(fork.GetReport().GetForkedFrom(), want) {
				t.Errorf("owner %q, forked from %q, want %q", got, fork.GetReport().GetForkedFrom(), want)
			}
		}
	})
}

// The version mark of a view distinguishes versions and reveals nothing of their bytes: a
// visitor who guesses a redacted literal cannot confirm the guess.
func TestAViewsVersionIsNoHash(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	first := s.workflow("acme", "greet", plainWorkflow).GetVersionHash()
	share, other := s.share("acme", "greet", &sharingv1.Share{FollowLive: true}), s.share("acme", "greet", nil)
	seen := func(share *sharingv1.Share) string {
		s.settle()
		view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
		must(t, err)
		if text := text(t, known(t, view)); strings.Contains(text, first) {
			t.Errorf("the view has the hash of the bytes: %s", text)
		}
		return known(t, view).GetVersionHash()
	}
	before, again, elsewhere := seen(share), seen(share), seen(other)
	s.save("acme", "greet", strings.Replace(plainWorkflow, "hello", "bye", 1))
	if after := seen(share); before == "" || before != again || before == after || before == elsewhere {
		t.Errorf("the version is %q, again %q, behind another link %q, and the next is %q", before, again, elsewhere, after)
	}
}

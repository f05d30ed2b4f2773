package sharing_test

import (
	"context"
	"testing"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackAResultThatIsSentTwice ends a run twice, like a runner that got no answer.
// Texts that were withheld the first time must not leave it the second time.
func TestAttackAResultThatIsSentTwice(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		a := attack.New(t, "A4", "the end of a run is sent again after its text was withheld")
		s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com")
		s.workflow("acme", "caption", secretWorkflow)
		token := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER}).GetToken()
		ends := func(run string, state sharingv1.RunState) (leaves bool) {
			end := &sharinginternalv1.RunEnd{Run: run, State: state, Leaving: [][]byte{[]byte("a part of a key")}}
			if state == sharingv1.RunState_RUN_STATE_FAILED {
				end.Reason, end.Message = "STEP_FAILED", "the step failed: a part of a key"
			}
			out, err := s.runner.FinishRun(context.Background(), end)
			must(t, err)
			return out.GetInstead() == nil
		}
		for _, state := range []sharingv1.RunState{sharingv1.RunState_RUN_STATE_FAILED, sharingv1.RunState_RUN_STATE_SUCCEEDED} {
			for _, verdict := range []vaultinternalv1.Verdict{vaultinternalv1.Verdict_VERDICT_WITHHELD, vaultinternalv1.Verdict_VERDICT_UNSPECIFIED} {
				run := state.String() + verdict.String()
				_, err := s.preview(s.guest("g"), token, run, "question")
				must(t, err)
				s.vault.began(run, attempt("llm", 1, "workspaces/acme/credentials/llm", "ok"))
				s.vault.set(func() { s.vault.verdict = verdict })
				for time := range 2 {
					leaves := ends(run, state)
					if verdict == vaultinternalv1.Verdict_VERDICT_WITHHELD {
						a.Attempt(!leaves, "%s, time %d: the text leaves", run, time)
					} else if !leaves {
						t.Errorf("%s, time %d: the text does not leave", run, time)
					}
				}
			}
		}
	})
}

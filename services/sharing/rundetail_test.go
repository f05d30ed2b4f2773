package sharing_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// calledAt is an attempt with the place that the vault recorded.
func calledAt(step, credential, provider, destination string) *vaultinternalv1.Attempt {
	a := attempt(step, 1, credential, "ok")
	a.Provider, a.Destination = provider, destination
	return a
}

func ended(step, state, reason string, second int64) *sharingv1.StepEvent {
	at := time.Unix(1_800_000_000+second, 0)
	return &sharingv1.StepEvent{Step: step, State: state, Reason: reason, StartTime: timestamppb.New(at), EndTime: timestamppb.New(at)}
}

// In a visitor's run, the owner of the workflow sees where it sent the owner's credential, and
// nothing about the visitor. The visitor, who pays, sees what it used and no name of the owner.
func TestARunAsItsTwoWorkspacesSeeIt(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com")
		s.vault.set(func() { s.vault.credentials[llmCredential].Title = "OpenAI key of Acme" })
		s.workflow("acme", "caption", secretWorkflow)
		token := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER}).GetToken()
		_, err := s.preview(s.member("visitor"), token, "r1", "question")
		must(t, err)
		s.vault.began("r1", calledAt("llm", llmCredential, "openai_compatible", "https://llm.example.com:443"))
		_, err = s.runner.FinishRun(context.Background(), &sharinginternalv1.RunEnd{
			Run: "r1", State: sharingv1.RunState_RUN_STATE_FAILED, Reason: "STEP_FAILED", Message: "the step \"llm\" failed: the visitor's text",
			Steps: []*sharingv1.StepEvent{ended("llm", "failed", "STEP_FAILED", 0)},
		})
		must(t, err)
		owner, visitor := s.run("acme", "r1"), s.run("visitor", "r1")
		if c := owner.GetCharges()[1]; c.GetDestination() != "https://llm.example.com" || c.GetProvider() != "openai_compatible" || c.GetResource() != llmCredential || c.GetTitle() != "OpenAI key of Acme" {
			t.Errorf("the owner sees the call as %v", c)
		}
		if owner.GetMessage() != "" || owner.GetCallerKey() != "" || owner.GetChargedKey() != "" || owner.GetVisitor() == "" {
			t.Errorf("the owner sees of the visitor: %v", owner)
		}
		if c := visitor.GetCharges()[1]; c.GetDestination() != "" || c.GetProvider() != "" || c.GetResource() != "" || c.GetTitle() != "" || c.GetQuantity() != 1 {
			t.Errorf("the visitor sees the call as %v", c)
		}
		if visitor.GetCallerKey() != "workspaces/visitor/keys/main" || visitor.GetMessage() == "" || visitor.GetWorkflow() != "" {
			t.Errorf("the visitor sees its run as %v", visitor)
		}
		for _, run := range []*sharingv1.Run{owner, visitor} {
			if st := run.GetSteps(); len(st) != 1 || st[0].GetReason() != "STEP_FAILED" {
				t.Errorf("steps %v", st)
			}
		}
	})
}

// TestAttackTheStepsOfAWithheldRun reads the steps of a run whose text was withheld, like a
// visitor who wants to know whether the guard has found a guess. They are those of a run
// whose provider failed.
func TestAttackTheStepsOfAWithheldRun(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		a := attack.New(t, "A4", "the steps of a run tell what the guard has found")
		s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com")
		s.workflow("acme", "caption", secretWorkflow)
		token := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER}).GetToken()
		for run, verdict := range map[string]vaultinternalv1.Verdict{
			"withheld": vaultinternalv1.Verdict_VERDICT_WITHHELD, "stopped": vaultinternalv1.Verdict_VERDICT_STOPPED,
		} {
			_, err := s.preview(s.member("visitor"), token, run, "question")
			must(t, err)
			s.vault.began(run, attempt("llm", 1, llmCredential, "ok"))
			s.vault.set(func() { s.vault.verdict = verdict })
			_, err = s.runner.FinishRun(context.Background(), &sharinginternalv1.RunEnd{
				Run: run, State: sharingv1.RunState_RUN_STATE_FAILED, Reason: "ANSWER_WITHHELD", Leaving: [][]byte{[]byte("a part of a key")},
				Steps: []*sharingv1.StepEvent{ended("before", "succeeded", "", 0), ended("llm", "succeeded", "", 1), ended("after", "failed", "ANSWER_WITHHELD", 2)},
			})
			must(t, err)
			steps := s.run("visitor", run).GetSteps()
			for _, e := range steps {
				a.Attempt(e.GetReason() != "ANSWER_WITHHELD", "%s: the step %s says %s", run, e.GetStep(), e.GetReason())
			}
			if run == "withheld" {
				like := len(steps) == 2 && steps[0].GetState() == "succeeded" && steps[1].GetState() == "failed" && steps[1].GetReason() == "PROVIDER_FAILED"
				a.Attempt(like, "%s: the steps are not those of a failed provider: %v", run, steps)
			}
		}
	})
}

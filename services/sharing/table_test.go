package sharing_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// on runs a test on each database.
func on(t *testing.T, test func(t *testing.T, s *harness)) {
	t.Helper()
	testkit.Databases(t, func(t *testing.T, url string) { test(t, newHarness(t, url, "embedded:")) })
}

// claims returns what a run's grant tells the vault.
func (s *harness) claims(token string) *grant.Claims {
	s.t.Helper()
	c, err := grant.Verify(s.vaultID.Verifier(), token, "runner", s.clock.now())
	must(s.t, err)
	return c
}

// Row 1: public models, default: the visitor's key, or the guests'.
func TestPublicModelsAreChargedToTheVisitor(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", true)
		s.workflow("acme", "cats", modelWorkflow)
		token := s.share("acme", "cats", nil).GetToken()
		run, err := s.preview(s.member("visitor"), token, "r1", "image")
		must(t, err)
		c := s.claims(run.GetGrant())
		if c.ChargedKey != "workspaces/visitor/keys/main" || !c.HasModel("workspaces/acme/models/cats/versions/1") || c.Authority != "" {
			t.Errorf("grant %+v", c)
		}
		run, err = s.preview(s.guest("g"), token, "r2", "image")
		must(t, err)
		if c := s.claims(run.GetGrant()); c.ChargedKey != rpc.GuestKey {
			t.Errorf("a guest's run is charged to %s", c.ChargedKey)
		}
		if run.GetName() != "r2" {
			t.Errorf("a guest gets %q, want only the id", run.GetName())
		}
	})
}

// Row 2: a private model, default: refused before any step, names it, charges nothing.
func TestAPrivateModelIsRefusedByName(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", false)
		s.workflow("acme", "cats", modelWorkflow)
		token := s.share("acme", "cats", nil).GetToken()
		_, err := s.preview(s.member("visitor"), token, "r1", "image")
		refused(t, err, errorsv1.Reason_REASON_MODEL_PRIVATE)
		if !strings.Contains(err.Error(), "cats/1") || !strings.Contains(err.Error(), "has not opened") {
			t.Errorf("the refusal does not name the model and what is missing: %v", err)
		}
		_, err = s.preview(s.guest("g"), token, "r2", "image")
		refused(t, err, errorsv1.Reason_REASON_MODEL_PRIVATE)
		view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: token})
		must(t, err)
		if view.GetRunnable() || len(view.GetTerms().GetBlocked()) != 1 {
			t.Errorf("the view says runnable %v, blocked %q", view.GetRunnable(), view.GetTerms().GetBlocked())
		}
		// For the owner's own key the model is not private.
		_, err = s.preview(s.member("acme"), token, "r3", "image")
		must(t, err)
		s.finish("r3")
		if n := s.usage("visitor", ""); len(n) != 0 && n[""] != 0 {
			t.Errorf("the visitor was charged %v", n)
		}
	})
}

// Rows 2 and 3 hold for the workspace of the guest key: its private models are private for
// guests as well.
func TestTheOperatorsPrivateModelsArePrivate(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("operator/cats/1", false)
		w := s.workflow("operator", "cats", modelWorkflow)
		found, err := s.api.InspectWorkflow(s.member("operator"), &sharingv1.InspectWorkflowRequest{Name: w.GetName()})
		must(t, err)
		if diff := cmp.Diff([]string{"cats/1"}, found.GetPrivateModels()); diff != "" {
			t.Error(diff)
		}
		closed := s.share("operator", "cats", nil).GetToken()
		for name, ctx := range map[string]context.Context{"guest": s.guest("g"), "visitor": s.member("visitor")} {
			_, err := s.preview(ctx, closed, name, "image")
			refused(t, err, errorsv1.Reason_REASON_MODEL_PRIVATE)
		}
		_, err = s.preview(s.member("operator"), closed, "own", "image")
		must(t, err)
		open := s.share("operator", "cats", &sharingv1.Share{RunAccess: sharingv1.RunAccess_RUN_ACCESS_OWNER}).GetToken()
		run, err := s.preview(s.guest("g"), open, "opened", "image")
		must(t, err)
		if c := s.claims(run.GetGrant()); c.ChargedKey != "workspaces/operator/keys/main" || !c.HasModel("workspaces/operator/models/cats/versions/1") {
			t.Errorf("grant %+v", c)
		}
	})
}

// Row 3: a private model with run access: the owner's key pays, for every visitor.
func TestRunAccessIsChargedToTheOwnersKey(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", false)
		s.workflow("acme", "cats", modelWorkflow)
		share := s.share("acme", "cats", &sharingv1.Share{RunAccess: sharingv1.RunAccess_RUN_ACCESS_OWNER})
		if share.GetChargedKey() != "workspaces/acme/keys/main" || share.GetLimits().GetRuns() != 100 {
			t.Errorf("opened with key %q and limits %v", share.GetChargedKey(), share.GetLimits())
		}
		run, err := s.preview(s.guest("g"), share.GetToken(), "r1", "image")
		must(t, err)
		c := s.claims(run.GetGrant())
		if c.ChargedKey != "workspaces/acme/keys/main" || len(c.Models) != 1 || c.Share != share.GetName() {
			t.Errorf("grant %+v", c)
		}
		out := s.finish("r1", &sharingv1.LineItem{Step: "detect", Attempt: 1, Kind: "model", Resource: c.Models[0], Quantity: 2})
		if len(out.GetCharges()) != 0 {
			t.Errorf("the visitor sees what the owner was charged: %v", out.GetCharges())
		}
		if n := s.usage("acme", "share")[share.GetName()]; n != 1 {
			t.Errorf("the share was charged %d runs, want 1", n)
		}
		if n := s.usage("acme", "model")["workspaces/acme/models/cats/versions/1"]; n != 1 {
			t.Errorf("the model was charged %d runs, want 1", n)
		}
		// The owner can name another of its keys, but not a stranger's.
		s.key("acme", "demo")
		_, err = s.tryShare("acme", "cats", &sharingv1.Share{RunAccess: sharingv1.RunAccess_RUN_ACCESS_OWNER, ChargedKey: "workspaces/acme/keys/demo"})
		must(t, err)
		_, err = s.tryShare("acme", "cats", &sharingv1.Share{RunAccess: sharingv1.RunAccess_RUN_ACCESS_OWNER, ChargedKey: "workspaces/visitor/keys/main"})
		refused(t, err, errorsv1.Reason_REASON_INVALID_REQUEST)
	})
}

// Row 4: slots, default: each distinct credential and destination is one required input.
func TestSlotsBecomeInputs(t *testing.T) {
	t.Parallel()
	const two = `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"photo"}],"steps":[
		{"type":"roboflow_core/openai_compatible@v1","name":"first","base_url":"https://a.example.com/v1","model_name":"m","prompt":"x","api_key":"$credentials.one"},
		{"type":"roboflow_core/openai_compatible@v1","name":"again","base_url":"https://a.example.com/v2","model_name":"m","prompt":"x","api_key":"$credentials.one"},
		{"type":"roboflow_core/openai_compatible@v1","name":"other","base_url":"https://b.example.com/v1","model_name":"m","prompt":"x","api_key":"$credentials.one"}],
		"outputs":[{"type":"JsonField","name":"answer","selector":"$steps.first.output"}]}`
	on(t, func(t *testing.T, s *harness) {
		s.vault.addCredential("acme", "one", "openai_compatible", "https://a.example.com", "https://b.example.com")
		s.workflow("acme", "two", two)
		token := s.share("acme", "two", nil).GetToken()
		view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: token})
		must(t, err)
		got := map[string]string{}
		for _, in := range view.GetInterface().GetInputs() {
			if in.GetCredential() && in.GetRequired() {
				got[in.GetName()] = in.GetDestination()
			}
		}
		want := map[string]string{"first_api_key": "https://a.example.com", "other_api_key": "https://b.example.com"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("credential inputs: %s", diff)
		}
		_, err = s.preview(s.member("visitor"), token, "r1")
		refused(t, err, errorsv1.Reason_REASON_INPUT_MISSING)
		for _, name := range []string{"photo", "first_api_key", "other_api_key"} {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("the error does not name %s: %v", name, err)
			}
		}
		for _, tc := range []struct {
			invalid map[string]string
			reason  errorsv1.Reason
			fields  []string
		}{
			{map[string]string{"first_api_key": "", "photo": "it is not a string"}, errorsv1.Reason_REASON_INPUT_MISSING, []string{"inputs.first_api_key"}},
			{map[string]string{"first_api_key": "it is not a string", "other_api_key": "it is a placeholder or a reference"}, errorsv1.Reason_REASON_INPUT_INVALID, []string{"inputs.first_api_key", "inputs.other_api_key"}},
		} {
			_, err := s.runner.AuthorizeRun(s.member("visitor"), &sharinginternalv1.AuthorizeRunRequest{
				Run: "invalid-credential", Target: &sharinginternalv1.AuthorizeRunRequest_Token{Token: token},
				Inputs: []string{"photo", "first_api_key", "other_api_key"}, InvalidCredentialInputs: tc.invalid,
			})
			refused(t, err, tc.reason)
			var fields []string
			for _, v := range errs.From(err).Violations() {
				fields = append(fields, v.GetField())
			}
			if diff := cmp.Diff(tc.fields, fields); diff != "" {
				t.Error(diff)
			}
		}
		if n := s.usage("visitor", "key"); len(n) != 0 {
			t.Errorf("refused runs were charged: %v", n)
		}
		run, err := s.preview(s.member("visitor"), token, "r2", "photo", "first_api_key", "other_api_key")
		must(t, err)
		c := s.claims(run.GetGrant())
		if len(c.Slots) != 3 || len(c.InputSlots("first_api_key")) != 2 || len(run.GetCredentialInputs()) != 2 {
			t.Errorf("slots %+v, inputs %v", c.Slots, run.GetCredentialInputs())
		}
		for _, slot := range c.Slots {
			if slot.Credential != "" {
				t.Errorf("the owner's credential is in a visitor's grant: %+v", slot)
			}
		}
	})
}

// Row 5: slots, hidden: the owner's credentials, on the owner's own authority.
func TestHiddenCredentialsAreGrantedByTheOwner(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com")
		s.workflow("acme", "caption", secretWorkflow)
		share := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER})
		g := s.vault.grant(share.GetName())
		if g == nil || g.by != "workspaces/acme/keys/main" || g.calls != 200 || len(g.slots) != 1 || g.slots[0].GetDestination() != "https://llm.example.com:443" {
			t.Fatalf("credential grant %+v", g)
		}
		if l := share.GetLimits(); l.GetRuns() != 100 || l.GetCredentialCalls() != 200 {
			t.Errorf("limits %v", l)
		}
		view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
		must(t, err)
		for _, in := range view.GetInterface().GetInputs() {
			if in.GetCredential() {
				t.Errorf("a credential is asked for: %v", in)
			}
		}
		if text(t, view) == "" || strings.Contains(text(t, view), "$credentials.llm") || strings.Contains(text(t, view), "workspaces/acme/") {
			t.Errorf("the view shows what is the owner's: %s", text(t, view))
		}
		run, err := s.preview(s.member("visitor"), share.GetToken(), "r1", "question")
		must(t, err)
		c := s.claims(run.GetGrant())
		if c.ChargedKey != "workspaces/visitor/keys/main" || c.Slots[0].Credential != "workspaces/acme/credentials/llm" {
			t.Errorf("grant %+v", c)
		}
		s.vault.began("r1", attempt("llm", 1, "workspaces/acme/credentials/llm", "ok"))
		out := s.finish("r1", &sharingv1.LineItem{Step: "llm", Attempt: 1, Kind: "credential", Resource: "workspaces/acme/credentials/llm", Quantity: 1})
		if strings.Contains(text(t, out), "acme") || len(out.GetCharges()) != 2 {
			t.Errorf("the visitor sees whose credential it was: %v", out)
		}
		if s.vault.endings("r1") != 1 {
			t.Errorf("the vault heard %d times that the run ended", s.vault.endings("r1"))
		}
		if n := s.usage("visitor", "credential"); n[""] != 1 || len(n) != 1 {
			t.Errorf("the visitor's usage by credential: %v", n)
		}
	})
}

// "Run access can only be opened where a private model is found, credentials where a slot
// is": the error says what was looked for.
func TestSettingsOpenOnlyOnWhatIsDetected(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", true)
		s.workflow("acme", "greet", plainWorkflow)
		s.workflow("acme", "cats", modelWorkflow)
		for _, workflow := range []string{"greet", "cats"} {
			_, err := s.tryShare("acme", workflow, &sharingv1.Share{RunAccess: sharingv1.RunAccess_RUN_ACCESS_OWNER})
			refused(t, err, errorsv1.Reason_REASON_NO_PRIVATE_MODEL)
			if !strings.Contains(err.Error(), "searched") {
				t.Errorf("it is not said what was looked for: %v", err)
			}
			_, err = s.tryShare("acme", workflow, &sharingv1.Share{CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER})
			refused(t, err, errorsv1.Reason_REASON_NO_SLOT)
		}
		s.workflow("acme", "unbound", unbound())
		_, err := s.tryShare("acme", "unbound", &sharingv1.Share{CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER})
		refused(t, err, errorsv1.Reason_REASON_SLOT_UNBOUND)
		s.workflow("acme", "unknown", secretWorkflow)
		_, err = s.tryShare("acme", "unknown", &sharingv1.Share{CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER})
		refused(t, err, errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN)
	})
}

// "The reply carries what was detected and the notices."
func TestAShareSaysWhatWasDetected(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", false)
		s.workflow("acme", "cats", modelWorkflow)
		share := s.share("acme", "cats", nil)
		if share.GetRunAccess() != sharingv1.RunAccess_RUN_ACCESS_VISITOR || share.GetCredentialAccess() != sharingv1.CredentialAccess_CREDENTIAL_ACCESS_VISITOR {
			t.Errorf("not closed: %v", share)
		}
		if diff := cmp.Diff([]string{"cats/1"}, share.GetDetected().GetPrivateModels()); diff != "" {
			t.Error(diff)
		}
		ids := map[string]string{}
		for _, n := range share.GetNotices() {
			ids[n.GetId()] = n.GetText()
		}
		if !strings.Contains(ids["run_access.warning"], "will affect your Workflow usage") || ids["credential_access.unavailable"] == "" || ids["credential_access.warning"] != "" {
			t.Errorf("notices %v", ids)
		}
	})
}

// "Opening either needs finite limits."
func TestAnOpenedShareKeepsFiniteLimits(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", false)
		s.workflow("acme", "cats", modelWorkflow)
		share := s.share("acme", "cats", &sharingv1.Share{RunAccess: sharingv1.RunAccess_RUN_ACCESS_OWNER, Limits: &sharingv1.Limits{Runs: 7}})
		if share.GetLimits().GetRuns() != 7 {
			t.Errorf("limits %v", share.GetLimits())
		}
		_, err := s.api.UpdateShare(s.member("acme"), &sharingv1.UpdateShareRequest{
			Share: &sharingv1.Share{Name: share.GetName(), Limits: &sharingv1.Limits{}}, UpdateMask: mask("limits"),
		})
		refused(t, err, errorsv1.Reason_REASON_LIMITS_REQUIRED)
	})
}

// "There is never a fallback."
func TestThereIsNeverAFallback(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", false)
		s.workflow("acme", "cats", modelWorkflow)
		s.key("acme", "paying")
		share := s.share("acme", "cats", &sharingv1.Share{RunAccess: sharingv1.RunAccess_RUN_ACCESS_OWNER, ChargedKey: "workspaces/acme/keys/paying"})
		s.vault.revoke("workspaces/acme/keys/paying")
		s.settle()
		for _, ctx := range []context.Context{s.member("visitor"), s.guest("g"), s.member("acme")} {
			_, err := s.preview(ctx, share.GetToken(), "r", "image")
			refused(t, err, errorsv1.Reason_REASON_RUN_REVOKED)
		}
		// A workflow of the caller's own with a slot without a credential.
		s.workflow("acme", "unbound", unbound())
		_, err := s.own(s.member("acme"), "workspaces/acme/workflows/unbound", "r", "question")
		refused(t, err, errorsv1.Reason_REASON_SLOT_UNBOUND)
		s.workflow("acme", "unknown", secretWorkflow)
		_, err = s.own(s.member("acme"), "workspaces/acme/workflows/unknown", "r", "question")
		refused(t, err, errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN)
		// The guests' key after the operator has closed it.
		s.workflow("acme", "greet", plainWorkflow)
		open := s.share("acme", "greet", nil)
		s.vault.revoke(rpc.GuestKey)
		s.settle()
		_, err = s.preview(s.guest("g"), open.GetToken(), "r")
		refused(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
		for _, ws := range []string{"acme", "visitor"} {
			if n := s.usage(ws, "key"); len(n) != 0 {
				t.Errorf("%s was charged %v", ws, n)
			}
		}
	})
}

// "A shared run takes declared inputs only"; it cannot choose another version or a model.
func TestASharedRunTakesDeclaredInputsOnly(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", true)
		s.workflow("acme", "cats", chosenModel)
		token := s.share("acme", "cats", nil).GetToken()
		ctx := s.member("visitor")
		_, err := s.preview(ctx, token, "r1", "image", "definition", "base_url")
		refused(t, err, errorsv1.Reason_REASON_INPUT_UNKNOWN)
		if !strings.Contains(err.Error(), "definition") || !strings.Contains(err.Error(), "base_url") {
			t.Errorf("not all are named: %v", err)
		}
		run, err := s.preview(ctx, token, "r3", "image")
		must(t, err)
		if m := s.claims(run.GetGrant()).Models; len(m) != 1 || m[0] != "workspaces/acme/models/cats/versions/1" {
			t.Errorf("models %v", m)
		}
		if run.GetSinksEnabled() {
			t.Error("sinks are on by default")
		}
		_, err = s.runner.AuthorizeRun(ctx, authorize(token, "r4", 2, "image"))
		refused(t, err, errorsv1.Reason_REASON_DEFINITION_FORBIDDEN)
		_, err = s.runner.AuthorizeRun(ctx, authorize(token, "r5", 1, "image")) // the link's own
		must(t, err)
	})
}

// "A destination is constant in the version; a mismatch is refused."
func TestDestinationsAreConstantAndSeen(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com")
		harvest := strings.Replace(secretWorkflow, `"base_url":"https://llm.example.com/v1"`, `"base_url":"$inputs.question"`, 1)
		s.workflow("acme", "harvest", harvest)
		for _, access := range []sharingv1.CredentialAccess{1, 2} {
			_, err := s.tryShare("acme", "harvest", &sharingv1.Share{CredentialAccess: access})
			refused(t, err, errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT)
		}
		s.workflow("acme", "caption", secretWorkflow)
		share := s.share("acme", "caption", &sharingv1.Share{FollowLive: true})
		ask := func(seen string) error {
			r := authorize(share.GetToken(), "r"+seen[len(seen)-2:], 0, "question", "llm_api_key")
			r.Destinations = map[string]string{"llm_api_key": seen}
			_, err := s.runner.AuthorizeRun(s.member("visitor"), r)
			return err
		}
		must(t, ask("https://llm.example.com"))
		must(t, ask("HTTPS://LLM.example.com:443"))
		s.save("acme", "caption", strings.Replace(secretWorkflow, "llm.example.com", "evil.example.com", 1))
		refused(t, ask("https://llm.example.com/"), errorsv1.Reason_REASON_DESTINATION_CHANGED)
		// A version that lets an input decide the destination is refused, whatever was
		// shared before.
		s.save("acme", "caption", harvest)
		_, err := s.preview(s.member("visitor"), share.GetToken(), "r9", "question", "llm_api_key")
		refused(t, err, errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT)
	})
}

// "Pinned is the default"; following live with hidden credentials waits for its owner.
func TestPinnedAndLive(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com")
		first := s.workflow("acme", "caption", secretWorkflow)
		hidden := sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER
		pinned := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: hidden})
		live := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: hidden, FollowLive: true})
		second := s.save("acme", "caption", strings.Replace(secretWorkflow, "what is it?", "what now?", 1))
		run, err := s.preview(s.member("visitor"), pinned.GetToken(), "r1", "question")
		must(t, err)
		if run.GetVersionHash() != first.GetVersionHash() {
			t.Error("a pinned share runs another version")
		}
		_, err = s.preview(s.member("visitor"), live.GetToken(), "r2", "question")
		refused(t, err, errorsv1.Reason_REASON_SLOT_UNBOUND)
		got, err := s.api.GetShare(s.member("acme"), &sharingv1.GetShareRequest{Name: live.GetName()})
		must(t, err)
		if last := got.GetNotices()[len(got.GetNotices())-1]; last.GetId() != "credential_access.unconfirmed" {
			t.Errorf("the owner is not told: %v", got.GetNotices())
		}
		_, err = s.api.ResumeShare(s.member("acme"), &sharingv1.ResumeShareRequest{Name: live.GetName()})
		must(t, err)
		run, err = s.preview(s.member("visitor"), live.GetToken(), "r3", "question")
		must(t, err)
		if run.GetVersionHash() != second.GetVersionHash() || s.vault.grant(live.GetName()).hash != second.GetVersionHash() {
			t.Error("the confirmed share does not run the live version")
		}
	})
}

// "Of a preview the owner sees that it happened, what it used and whether it failed."
func TestWhatEachSideSeesOfAPreview(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com")
		s.workflow("acme", "caption", secretWorkflow)
		share := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER})
		_, err := s.preview(s.member("visitor"), share.GetToken(), "r1", "question")
		must(t, err)
		s.vault.began("r1", attempt("llm", 1, "workspaces/acme/credentials/llm", "failed 400"))
		_, err = s.runner.FinishRun(context.Background(), failed("r1", "PROVIDER_FAILED", "cannot read 'a private question'",
			&sharingv1.LineItem{Step: "llm", Attempt: 1, Kind: "credential", Resource: "workspaces/acme/credentials/llm", Quantity: 1}))
		must(t, err)
		owner, err := s.api.GetRun(s.member("acme"), &sharingv1.GetRunRequest{Name: "workspaces/acme/runs/r1"})
		must(t, err)
		if owner.GetReason() != "PROVIDER_FAILED" || owner.GetShare() != share.GetName() || len(owner.GetCharges()) != 2 || !strings.HasPrefix(owner.GetVisitor(), "vis_") {
			t.Errorf("the owner sees %v", owner)
		}
		if shown := text(t, owner); strings.Contains(shown, "private question") || strings.Contains(shown, "workspaces/visitor") {
			t.Errorf("the owner sees what is the visitor's: %s", shown)
		}
		visitor, err := s.api.GetRun(s.member("visitor"), &sharingv1.GetRunRequest{Name: "workspaces/visitor/runs/r1"})
		must(t, err)
		if visitor.GetChargedKey() != "workspaces/visitor/keys/main" || visitor.GetMessage() == "" || visitor.GetWorkflow() != "" {
			t.Errorf("the visitor sees %v", visitor)
		}
		if shown := text(t, visitor); strings.Contains(shown, "acme") {
			t.Errorf("the visitor sees the owner's names: %s", shown)
		}
		_, err = s.api.GetRun(s.member("third"), &sharingv1.GetRunRequest{Name: "workspaces/third/runs/r1"})
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
		if errs.CodeOf(err).String() != "NotFound" {
			t.Error(err)
		}
	})
}

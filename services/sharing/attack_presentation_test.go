package sharing_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// withText are presentations with a text in each place that holds one.
func withText(text string) map[string]*sharingv1.Share {
	page := func(p *sharingv1.Presentation) *sharingv1.Share { return &sharingv1.Share{Presentation: p} }
	return map[string]*sharingv1.Share{
		"title": page(&sharingv1.Presentation{Title: text}), "welcome": page(&sharingv1.Presentation{Welcome: text}), "guide": page(&sharingv1.Presentation{Guide: "# How\n" + text}),
		"input label":       page(&sharingv1.Presentation{Inputs: []*sharingv1.InputPresentation{{Name: "who", Label: text}}}),
		"input description": page(&sharingv1.Presentation{Inputs: []*sharingv1.InputPresentation{{Name: "who", Description: text}}}),
		"output label":      page(&sharingv1.Presentation{Outputs: []*sharingv1.OutputPresentation{{Name: "greeting", Label: text}}}),
		"sample title":      {Samples: []*sharingv1.Sample{{Input: "who", Value: []byte(`"a"`), Title: text}}},
	}
}

func TestAttackSecretsInAPresentation(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	a := attack.New(t, "A8", "keys in the page that an owner writes")
	s.workflow("acme", "greet", plainWorkflow)
	for _, secret := range leaked() {
		for where, settings := range withText(secret) {
			_, err := s.tryShare("acme", "greet", settings)
			a.Attempt(err != nil && !strings.Contains(err.Error(), secret), "%s: %.30q: %v", where, secret, err)
		}
	}
}

// TestAttackPhishingOwner: an owner whose page asks visitors for keys in unguarded places, hides
// text, or imitates the page's own signs.
func TestAttackPhishingOwner(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	a := attack.New(t, "P1", "a page of a link that asks for keys or speaks for the server")
	s.workflow("acme", "greet", plainWorkflow)
	for _, asks := range []string{"OpenAI API key", "Your password", "Paste your API key here", "АРІ key", "t o k e n", "Passwort", "ＡＰＩ＿ＫＥＹ", "api\u200b_key", "🔑"} {
		for where, settings := range withText(asks) {
			_, err := s.tryShare("acme", "greet", settings)
			a.Attempt(err != nil, "%s asks for %q", where, asks)
		}
	}
	for _, invisible := range []string{"a\u202eb", "a\u2066b", "a\u200bb", "a\u0007b", "a\u2028b", "a\ufeffb", "a\U000e0041b", "a\u00adb"} {
		for where, settings := range withText(invisible) {
			_, err := s.tryShare("acme", "greet", settings)
			a.Attempt(err != nil, "%s holds %q", where, invisible)
		}
	}
	for _, signs := range []string{"✓ Free for you", "🛡 Picture goes to: this server only", "Kept: nothing ✅", "→ Sign in", "🔒 safe"} {
		for where, settings := range withText(signs) {
			if where == "welcome" || where == "guide" {
				continue // stand apart, as the owner's words
			}
			_, err := s.tryShare("acme", "greet", settings)
			a.Attempt(err != nil, "%s wears %q", where, signs)
		}
	}
	for _, colour := range []string{"red", "#fff", "#12345g", "url(x)", "#123456;}", "var(--good)"} {
		_, err := s.tryShare("acme", "greet", &sharingv1.Share{Presentation: &sharingv1.Presentation{AccentColor: colour}})
		a.Attempt(err != nil, "the colour %q", colour)
	}
	for _, lines := range []string{"a\nb", "a\tb"} {
		_, err := s.tryShare("acme", "greet", &sharingv1.Share{Presentation: &sharingv1.Presentation{Title: lines}})
		a.Attempt(err != nil, "a title of two lines %q", lines)
	}
}

// TestAttackHiddenInputs: a visitor who sets what the owner has fixed, at each kind of request.
func TestAttackHiddenInputs(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	a := attack.New(t, "P2", "inputs that the owner of a link has fixed")
	s.workflow("acme", "greet", presentedWorkflow)
	token := s.share("acme", "greet", &sharingv1.Share{Presentation: presentation()}).GetToken()
	base := &sharinginternalv1.AuthorizeRunRequest{Target: &sharinginternalv1.AuthorizeRunRequest_Token{Token: token}, Inputs: []string{"who"}}
	for name, change := range map[string]func(*sharinginternalv1.AuthorizeRunRequest){
		"a value": func(r *sharinginternalv1.AuthorizeRunRequest) { r.Inputs = append(r.Inputs, "tone") },
		"a value, as Roboflow's": func(r *sharinginternalv1.AuthorizeRunRequest) {
			r.Inputs = append(r.Inputs, "tone")
			r.IgnoreUndeclared = true
		},
		"null": func(r *sharinginternalv1.AuthorizeRunRequest) {
			r.Forms = map[string]*sharinginternalv1.InputForms{"tone": {}}
		},
		"null, as Roboflow's": func(r *sharinginternalv1.AuthorizeRunRequest) {
			r.Forms = map[string]*sharinginternalv1.InputForms{"tone": {}}
			r.IgnoreUndeclared = true
		},
		"a value with a list": func(r *sharinginternalv1.AuthorizeRunRequest) {
			r.Inputs = append(r.Inputs, "tone")
			r.Elements = map[string]int64{"tone": 3}
		},
		"a member's own key, too": func(r *sharinginternalv1.AuthorizeRunRequest) { r.Inputs = append(r.Inputs, "tone") },
	} {
		r := proto.CloneOf(base)
		r.Run = "h-" + strings.ReplaceAll(name, " ", "")
		change(r)
		caller := s.guest("g")
		if strings.Contains(name, "member") {
			caller = s.member("visitor")
		}
		_, err := s.runner.AuthorizeRun(caller, r)
		a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_INPUT_UNKNOWN, "%s: %v", name, err)
	}
	base.Run = "ok"
	allowed, err := s.runner.AuthorizeRun(s.guest("g"), base)
	must(t, err)
	a.Attempt(len(allowed.GetHiddenOutputs()) == 1 && allowed.GetHiddenOutputs()[0] == "debug", "hidden outputs %v", allowed.GetHiddenOutputs())
	// The owner's own run is not bound by what visitors see.
	_, err = s.own(s.member("acme"), "workspaces/acme/workflows/greet", "own", "who", "tone")
	must(t, err)
}

// TestAttackPresentedCredentials: an owner who renames or hides the field of a visitor's key.
func TestAttackPresentedCredentials(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	a := attack.New(t, "P1", "a credential field that the owner renames or hides")
	s.caption()
	share := s.share("acme", "caption", nil)
	name := ""
	for _, in := range s.view(s.guest("g"), share.GetToken()).GetInterface().GetInputs() {
		if in.GetCredential() {
			name = in.GetName()
		}
	}
	for what, in := range map[string]*sharingv1.InputPresentation{
		"renamed": {Name: name, Label: "Your name"}, "described": {Name: name, Description: "Stays in your browser."}, "hidden": {Name: name, Hidden: true},
	} {
		_, err := s.tryShare("acme", "caption", &sharingv1.Share{Presentation: &sharingv1.Presentation{Inputs: []*sharingv1.InputPresentation{in}}})
		a.Attempt(err != nil, "a credential is %s", what)
	}
	// The field may move. A version in which the input becomes a credential drops its settings.
	s.workflow("acme", "turns", strings.Replace(secretWorkflow, `"inputs":[`, `"inputs":[{"type":"WorkflowParameter","name":"extra","default_value":"x"},`, 1))
	turned := s.share("acme", "turns", &sharingv1.Share{FollowLive: true, Presentation: &sharingv1.Presentation{Inputs: []*sharingv1.InputPresentation{{Name: "extra", Label: "Your name", Hidden: true}}}})
	s.save("acme", "turns", strings.Replace(strings.Replace(secretWorkflow, `"inputs":[`, `"inputs":[{"type":"WorkflowParameter","name":"extra"},`, 1), "$credentials.llm", "$inputs.extra", 1))
	for _, in := range s.view(s.guest("g"), turned.GetToken()).GetInterface().GetInputs() {
		if in.GetName() == "extra" {
			a.Attempt(in.GetCredential() && in.GetLabel() == "" && in.GetDestination() != "", "the input that became a credential is %v", in)
			return
		}
	}
	a.Attempt(false, "the input that became a credential is hidden")
}

// TestAttackExamples: results without a run, from other links, or with a secret.
func TestAttackExamples(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	a := attack.New(t, "P3", "stored results that strangers see")
	s.workflow("acme", "greet", presentedWorkflow)
	friend := []*sharingv1.Sample{{Input: "who", Value: []byte(`"Eve"`), Title: "A friend"}}
	share := s.share("acme", "greet", &sharingv1.Share{Samples: friend, Presentation: presentation()})
	_, err := s.sample(s.member("other"), share.GetName(), "A friend", "x1")
	a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_NOT_FOUND, "another workspace: %v", err)
	_, err = s.sample(s.guest("g"), share.GetName(), "A friend", "x2")
	a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_NOT_FOUND, "a guest: %v", err)
	for _, input := range []string{"who", "tone", "size", "else"} {
		_, err = s.sample(s.member("acme"), share.GetName(), "A friend", "x-"+input, input)
		a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_INPUT_UNKNOWN, "the owner adds %s to the sample: %v", input, err)
	}
	_, err = s.sample(s.member("acme"), share.GetName(), "Nobody", "x3")
	a.Attempt(err != nil, "a sample that is none")
	// A visitor's run through the same link never becomes an example.
	_, err = s.preview(s.guest("g"), share.GetToken(), "v1", "who")
	must(t, err)
	s.finishSample("v1", `[{"text": "pay at evil.example"}]`)
	examples := func() int { return len(s.view(s.guest("g"), share.GetToken()).GetExamples()) }
	a.Attempt(examples() == 0, "a visitor's result is stored")
	for i, secret := range leaked() {
		run := fmt.Sprint("s", i)
		_, err = s.sample(s.member("acme"), share.GetName(), "A friend", run)
		must(t, err)
		b := s.finishSample(run, text(t, []map[string]string{{"text": secret}}))
		a.Attempt(b.GetInstead() != nil && examples() == 0 && !strings.Contains(b.GetInstead().String(), secret), "a result with %.20q: %v", secret, b.GetInstead())
	}
	_, err = s.sample(s.member("acme"), share.GetName(), "A friend", "p1")
	must(t, err)
	b := s.finishSample("p1", `[{"text": "<img src=\"data:image/png;base64,`+pngWithKey+`\">"}]`)
	a.Attempt(b.GetInstead() != nil && examples() == 0, "a picture inside of text: %v", b)
	// What the guard withholds or the owner stops is not stored either.
	s.caption()
	hidden := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: hiddenAccess, Samples: sample("question", "what?")})
	for verdict := range map[vaultinternalv1.Verdict]bool{vaultinternalv1.Verdict_VERDICT_WITHHELD: true, vaultinternalv1.Verdict_VERDICT_STOPPED: true} {
		run := "g" + verdict.String()[len(verdict.String())-4:]
		_, err = s.sample(s.member("acme"), hidden.GetName(), "", run)
		must(t, err)
		s.vault.set(func() { s.vault.verdict = verdict })
		s.vault.began(run, attempt("llm", 1, llmCredential, "ok"))
		b := s.finishSample(run, `[{"answer": "fine"}]`)
		s.vault.set(func() { s.vault.verdict = vaultinternalv1.Verdict_VERDICT_UNSPECIFIED })
		a.Attempt(b.GetInstead() != nil && len(s.view(s.guest("g"), hidden.GetToken()).GetExamples()) == 0, "what the guard stops (%v) is stored: %v", verdict, b)
	}
	// A closed link shows nothing of it.
	_, err = s.sample(s.member("acme"), share.GetName(), "A friend", "ok")
	must(t, err)
	s.finishSample("ok", `[{"text": "hello Eve"}]`)
	a.Attempt(examples() == 1, "the example of the owner's own run is missing")
	_, err = s.api.UpdateShare(s.member("acme"), &sharingv1.UpdateShareRequest{Share: &sharingv1.Share{Name: share.GetName(), ExpireTime: timestamppb.New(s.clock.now().Add(time.Minute))}})
	must(t, err)
	s.clock.advance(2 * time.Minute)
	_, err = s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
	a.Attempt(err != nil && !strings.Contains(err.Error(), "hello Eve") && !strings.Contains(err.Error(), "Say hello"), "an expired link shows %v", err)
}

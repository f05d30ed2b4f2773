package sharing_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// leaked are secrets as people paste them into texts. The code assembles them, so that
// scanners of repositories do not report them.
func leaked() []string {
	openAI := "sk-" + "FieldCase0123456789FieldCase0123"
	return []string{
		openAI, "use the key " + openAI + ", please", "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "https://user:" + "hunter2hunter2@db.example.com/x",
		"eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
		base64.StdEncoding.EncodeToString([]byte("key=" + openAI)), `\u0073\u006b\u002d` + openAI[3:], "https://hooks." + "slack.com/services/T0123ABCD/B0123ABCD/a1B2c3D4e5F6g7H8i9J0k1L2",
	}
}

// TestAttackPublicText: a key in any text of a workflow or a share that visitors see.
func TestAttackPublicText(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "keys in titles, descriptions, names and samples")
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	member := s.member("acme")
	w := s.workflow("acme", "greet", plainWorkflow)
	share := s.share("acme", "greet", nil)
	for _, secret := range leaked() {
		blocked := func(what string, err error) {
			t.Helper()
			refused := err != nil && errs.ReasonOf(err) == errorsv1.Reason_REASON_LITERAL_SECRET
			a.Attempt(refused, "%s: %.30q: %v", what, secret, err)
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the refusal repeats the secret: %v", what, err)
			}
		}
		create := func(in *sharingv1.Workflow) error {
			_, err := s.api.CreateWorkflow(member, &sharingv1.CreateWorkflowRequest{Parent: "workspaces/acme", Workflow: in})
			return err
		}
		plain := object(t, plainWorkflow)
		blocked("title", create(&sharingv1.Workflow{Title: secret, Definition: plain}))
		blocked("description", create(&sharingv1.Workflow{Description: secret, Definition: plain}))
		for _, in := range []*sharingv1.Workflow{{Name: w.GetName(), Title: secret}, {Name: w.GetName(), Description: secret}} {
			_, err := s.api.UpdateWorkflow(member, &sharingv1.UpdateWorkflowRequest{Workflow: in})
			blocked("patch", err)
		}
		for what, definition := range holding(t, secret) {
			blocked(what, create(&sharingv1.Workflow{Definition: object(t, definition)}))
		}
		for what, settings := range map[string]*sharingv1.Share{
			"share title": {Title: secret}, "sample": {Samples: sample("who", secret)}, "confirmed destination": {ConfirmedDestinations: []string{secret}}, "sample as characters": {Samples: sample("who", strings.Split(secret, ""))}, "sample in a list": {Samples: sample("who", []any{"a", secret})},
			"sample in an object": {Samples: sample("who", map[string]any{"a": map[string]any{"b": secret}})}, "key in a sample": {Samples: sample("who", map[string]any{secret: "a"})},
			"named in a sample": {Samples: sample("who", map[string]any{"api_key": "opaque" + "1234"})},
		} {
			_, err := s.tryShare("acme", "greet", settings)
			blocked("new "+what, err)
			settings.Name = share.GetName()
			_, err = s.api.UpdateShare(member, &sharingv1.UpdateShareRequest{Share: settings})
			blocked("patched "+what, err)
		}
		_, err := s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{Token: share.GetToken(), Parent: "workspaces/visitor", Title: secret})
		blocked("fork", err)
	}
}

func sample(input string, v any) []*sharingv1.Sample {
	value, err := json.Marshal(v)
	if err != nil {
		panic(err) // of a test's own value
	}
	return []*sharingv1.Sample{{Input: input, Value: value}}
}

// holding are definitions with a text in a place that visitors see.
func holding(t *testing.T, text string) map[string]string {
	quoted, err := json.Marshal(text)
	must(t, err)
	q := string(quoted)
	put := func(old, with string) string {
		out := strings.Replace(plainWorkflow, old, with, 1)
		if out == plainWorkflow {
			t.Fatalf("%s is not in the workflow", old)
		}
		return out
	}
	return map[string]string{
		"default value": put(`"default_value":"you"`, `"default_value":`+q), "object as default value": put(`"default_value":"you"`, `"default_value":{"a":[`+q+`]}`),
		"template": put(`"template":"hello {{ $parameters.who }}"`, `"template":`+q), "output name": put(`"name":"greeting"`, `"name":`+q),
		"step name": put(`"name":"greet"`, `"name":`+q), "input name": put(`"name":"who"`, `"name":`+q), "input kind": put(`"name":"who"`, `"name":"who","kind":[`+q+`]`),
		"a list as default value": put(`"default_value":"you"`, `"default_value":[`+q+`]`), "a list of characters": put(`"default_value":"you"`, `"default_value":`+characters(text)),
		"a key of an object": put(`"data":{`, `"data":{`+q+`:"a",`), "an unknown field": put(`"version":"1.0"`, `"version":"1.0","notes":`+q),
	}
}

// characters is a text as a list of its characters in JSON.
func characters(text string) string {
	raw, err := json.Marshal(strings.Split(text, ""))
	if err != nil {
		panic(err) // of a test's own value
	}
	return string(raw)
}

// Similar texts in the same places that are not secrets are saved.
func TestOrdinaryPublicTextIsSaved(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	shared := s.workflow("acme", "shared", plainWorkflow)
	for _, text := range []string{
		"Counts cars in a photograph; ask for the API key of the owner.", "550e8400-e29b-41d4-a716-446655440000", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"https://example.com/photos/IMG_20240512_103015.jpg?width=640",
	} {
		for what, definition := range holding(t, text) {
			if strings.HasSuffix(what, "name") || what == "input kind" { // those have a form of their own
				continue
			}
			_, err := s.api.CreateWorkflow(s.member("acme"), &sharingv1.CreateWorkflowRequest{
				Parent: "workspaces/acme", Workflow: &sharingv1.Workflow{Title: text, Description: text, Definition: object(t, definition)},
			})
			if err != nil {
				t.Errorf("%s %q: %v", what, text, err)
			}
		}
		s.share("acme", shared.GetName()[len("workspaces/acme/workflows/"):], &sharingv1.Share{Title: text, Samples: sample("who", map[string]any{"a": text})})
	}
}

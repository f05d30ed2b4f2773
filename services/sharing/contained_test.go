package sharing_test

import (
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// keyInput is a workflow that takes an API key by an input.
const keyInput = `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"question"},{"type":"WorkflowParameter","name":"key"}],
	"steps":[
		{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://llm.example.com/v1","model_name":"m","prompt":"$inputs.question","api_key":"$inputs.key"},
		{"type":"roboflow_core/openai_compatible@v1","name":"other","base_url":"https://llm.example.com/v1","model_name":"m","prompt":"$inputs.question","api_key":"$inputs.key"}
	],
	"outputs":[{"type":"JsonField","name":"answer","selector":"$steps.llm.output"}]}`

// A workflow that hands on what it takes for a credential is its owner's affair, but
// it cannot be shared: neither opened for others nor, made so later, run by them.
func TestWhatHandsCredentialsOnIsNotShared(t *testing.T) {
	t.Parallel()
	template := `{"type":"roboflow_core/string_template@v1","name":"mix","template":"{{ $parameters.k }}","data":{"k":"$inputs.key"}},`
	for name, c := range map[string]struct{ from, to, step, field string }{
		"into an output": {`"outputs":[`, `"outputs":[{"type":"JsonField","name":"echo","selector":"$inputs.key"},`, "llm", "api_key"},
		"into a prompt":  {`"prompt":"$inputs.question"`, `"prompt":"$inputs.key"`, "llm", "api_key"},
		"into a step":    {`"steps":[`, `"steps":[` + template, "llm", "api_key"},
		"to two hosts":   {`"name":"other","base_url":"https://llm.example.com/v1"`, `"name":"other","base_url":"https://elsewhere.example.com/v1"`, "other", "api_key"},
		"computed": {
			`"name":"other","base_url":"https://llm.example.com/v1","model_name":"m","prompt":"$inputs.question","api_key":"$inputs.key"`,
			`"name":"other","base_url":"https://llm.example.com/v1","model_name":"m","prompt":"$inputs.question","api_key":"$steps.llm.output"`, "other", "api_key",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on(t, func(t *testing.T, s *stage) {
				hostile := strings.Replace(keyInput, c.from, c.to, 1)
				if hostile == keyInput {
					t.Fatal("the workflow is not another")
				}
				s.workflow("acme", "key", keyInput)
				share := s.share("acme", "key", &sharingv1.Share{FollowLive: true})
				_, err := s.preview(s.member("visitor"), share.GetToken(), "r1", "question", "key")
				must(t, err)
				s.save("acme", "key", hostile)
				s.settle()
				check := func(err error) {
					t.Helper()
					refused(t, err, errorsv1.Reason_REASON_CREDENTIAL_NOT_CONTAINED)
					if m := metadataOf(t, err); m["step"] != c.step || m["field"] != c.field {
						t.Errorf("the error names %v", m)
					}
				}
				_, err = s.tryShare("acme", "key", nil)
				check(err)
				_, err = s.preview(s.member("visitor"), share.GetToken(), "r2", "question", "key")
				check(err)
				view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
				must(t, err)
				if view := known(t, view); view.GetRunnable() {
					t.Error("the view asks a visitor for a key")
				}
			})
		})
	}
}

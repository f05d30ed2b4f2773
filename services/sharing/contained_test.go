package sharing_test

import (
	"slices"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// keyInput is a workflow that takes an API key as an input.
const keyInput = `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"question"},{"type":"WorkflowParameter","name":"key"}],
	"steps":[
		{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://llm.example.com/v1","model_name":"m","prompt":"$inputs.question","api_key":"$inputs.key"},
		{"type":"roboflow_core/openai_compatible@v1","name":"other","base_url":"https://llm.example.com/v1","model_name":"m","prompt":"$inputs.question","api_key":"$inputs.key"}
	],
	"outputs":[{"type":"JsonField","name":"answer","selector":"$steps.llm.output"}]}`

// An owner may save and run a workflow that passes a credential on, but cannot share it,
// and a link whose workflow becomes one does not run.
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
			on(t, func(t *testing.T, s *harness) {
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
				found, err := s.api.InspectWorkflow(s.member("acme"), &sharingv1.InspectWorkflowRequest{Name: "workspaces/acme/workflows/key"})
				must(t, err)
				if len(found.GetProblems()) != 0 || !hasProblem(found.GetSharingProblems(), "credential_not_contained", c.step, c.field) {
					t.Errorf("inspected: problems %v, that keep it from being shared %v", found.GetProblems(), found.GetSharingProblems())
				}
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

func hasProblem(list []*sharingv1.Problem, kind, step, field string) bool {
	return slices.ContainsFunc(list, func(p *sharingv1.Problem) bool {
		return p.GetKind() == kind && p.GetStep() == step && p.GetField() == field && p.GetMessage() != ""
	})
}

// An inspection reports everything that keeps a workflow from being shared, and nothing for
// a workflow that can be shared.
func TestInspectTellsWhatKeepsAWorkflowFromBeingShared(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	w := s.workflow("acme", "key", keyInput)
	inspect := func(definition string) *sharingv1.InspectWorkflowResponse {
		found, err := s.api.InspectWorkflow(s.member("acme"), &sharingv1.InspectWorkflowRequest{Name: w.GetName(), Definition: object(t, definition)})
		must(t, err)
		if len(found.GetProblems()) != 0 {
			t.Fatalf("problems %v", found.GetProblems())
		}
		return found
	}
	if got := inspect(keyInput).GetSharingProblems(); len(got) != 0 {
		t.Errorf("a workflow that can be shared has %v", got)
	}
	both := strings.NewReplacer(
		`"outputs":[`, `"outputs":[{"type":"JsonField","name":"echo","selector":"$inputs.key"},`,
		`"name":"other","base_url":"https://llm.example.com/v1"`, `"name":"other","base_url":"$inputs.question"`,
	).Replace(keyInput)
	got := inspect(both).GetSharingProblems()
	if len(got) != 2 || !hasProblem(got, "credential_not_contained", "llm", "api_key") || !hasProblem(got, "destination_not_constant", "other", "api_key") {
		t.Errorf("found %v", got)
	}
}

// The version decides where data goes. A visitor must not choose what the installation
// calls, with or without a credential. A disabled sink calls nothing.
func TestAVisitorChoosesNoDestination(t *testing.T) {
	t.Parallel()
	const hook = `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"where"}],"steps":[
		{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":"$inputs.where","method":"POST"}],
		"outputs":[{"type":"JsonField","name":"sent","selector":"$steps.hook.error_status"}]}`
	const ask = `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"where"}],"steps":[
		{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"$inputs.where","model_name":"m","prompt":"x"}],
		"outputs":[{"type":"JsonField","name":"answer","selector":"$steps.llm.output"}]}`
	constant := strings.ReplaceAll(hook, "$inputs.where", "https://hooks.example.com/in")
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "ask", ask)
		_, err := s.tryShare("acme", "ask", nil)
		refused(t, err, errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT)

		s.workflow("acme", "hook", hook)
		share := s.share("acme", "hook", nil)
		run, err := s.preview(s.guest("g"), share.GetToken(), "off", "where")
		must(t, err)
		if run.GetSinksEnabled() {
			t.Error("sinks are on by default")
		}
		_, err = s.api.UpdateShare(s.member("acme"), &sharingv1.UpdateShareRequest{
			Share: &sharingv1.Share{Name: share.GetName(), SinksEnabled: true}, UpdateMask: mask("sinks_enabled"),
		})
		refused(t, err, errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT)

		// A new version is checked again, also when the link follows the live version.
		s.workflow("acme", "live", constant)
		live := s.share("acme", "live", &sharingv1.Share{SinksEnabled: true, FollowLive: true})
		run, err = s.preview(s.guest("g"), live.GetToken(), "on", "where")
		must(t, err)
		if !run.GetSinksEnabled() {
			t.Error("sinks that the owner turned on are off")
		}
		s.save("acme", "live", hook)
		s.settle()
		_, err = s.preview(s.guest("g"), live.GetToken(), "later", "where")
		refused(t, err, errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT)
		view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: live.GetToken()})
		must(t, err)
		if view := known(t, view); view.GetRunnable() {
			t.Error("the view says that it runs")
		}
	})
}

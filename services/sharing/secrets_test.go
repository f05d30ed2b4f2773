package sharing_test

import (
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

const secretsStore = `{"type":"roboflow_core/environment_secrets_store@v1","name":"env","variables_storing_secrets":["SLACK_TOKEN","Hook_Key"]}`

// A secrets store names credentials of the workspace. Its references are slots like any other: bound for the owner, and
// unbound and without a name in the view and in a fork.
func TestASecretsStoreNamesCredentials(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	definition := `{"version":"1.0","inputs":[],"steps":[` + secretsStore + `,
		{"type":"roboflow_core/slack_notification@v1","name":"slack","slack_token":"$steps.env.slack_token","channel":"c","message":"m","cooldown_session_key":"k"},
		{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":"https://hooks.example.com/x","method":"POST","headers":{"X-Api-Key":"$steps.env.hook_key"}}],
		"outputs":[{"type":"JsonField","name":"o","selector":"$steps.slack.message"}]}`
	w := s.workflow("acme", "alert", definition)
	saved := text(t, w.GetDefinition())
	if !strings.Contains(saved, `"slack_token":"$credentials.slack_token"`) || !strings.Contains(saved, `"X-Api-Key":"$credentials.hook_key"`) || !strings.Contains(saved, "SLACK_TOKEN") {
		t.Fatalf("saved: %s", saved)
	}
	found, err := s.api.InspectDefinition(s.member("acme"), &sharingv1.InspectDefinitionRequest{Parent: "workspaces/acme", Definition: []byte(definition)})
	must(t, err)
	if len(found.GetSlots()) != 2 || found.GetSlots()[0].GetCredential() != "workspaces/acme/credentials/slack_token" || len(found.GetProblems())+len(found.GetNotRunnable()) != 0 {
		t.Errorf("inspect says %v", found)
	}
	share := s.share("acme", "alert", nil)
	view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
	must(t, err)
	fork, err := s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{Token: share.GetToken(), Parent: "workspaces/visitor", WorkflowId: "mine"})
	must(t, err)
	for what, shown := range map[string]string{"view": view.String(), "fork": text(t, fork.GetWorkflow().GetDefinition())} {
		if lower := strings.ToLower(shown); strings.Contains(lower, "hook_key") || strings.Contains(shown, "SLACK_TOKEN") || strings.Contains(shown, "$credentials.") {
			t.Errorf("the %s names credentials: %s", what, shown)
		}
	}
}

// A secret that a step gives to its inner workflow is a slot of the workflow around it, and so
// is one of a store inside of the inner workflow, however deep.
func TestASecretForAnInnerWorkflow(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	for id, c := range map[string]struct{ around, bindings, inputs, inside, token string }{
		"outer": {secretsStore + ",", `"t":"$steps.env.slack_token"`, `{"type":"WorkflowParameter","name":"t"}`, "", "$inputs.t"},
		"inner": {"", "", "", secretsStore + ",", "$steps.env.slack_token"},
	} {
		w := s.workflow("acme", id, `{"version":"1.0","inputs":[],"steps":[`+c.around+`
			{"type":"roboflow_core/inner_workflow@v1","name":"p","parameter_bindings":{`+c.bindings+`},"workflow_definition":{"version":"1.0",
				"inputs":[`+c.inputs+`],"steps":[`+c.inside+`
				{"type":"roboflow_core/slack_notification@v1","name":"slack","channel":"c","message":"m","cooldown_session_key":"k","slack_token":"`+c.token+`"}],
				"outputs":[{"type":"JsonField","name":"o","selector":"$steps.slack.message"}]}}],
			"outputs":[{"type":"JsonField","name":"o","selector":"$steps.p.o"}]}`)
		found, err := s.api.InspectWorkflow(s.member("acme"), &sharingv1.InspectWorkflowRequest{Name: w.GetName()})
		must(t, err)
		if slots := found.GetSlots(); len(slots) != 1 || slots[0].GetCredential() != "workspaces/acme/credentials/slack_token" || slots[0].GetStep() != "p__slack" || len(found.GetProblems())+len(found.GetNotRunnable()) != 0 {
			t.Errorf("%s: inspect says %v", id, found)
		}
		token := s.share("acme", id, nil).GetToken()
		view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: token})
		must(t, err)
		fork, err := s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{Token: token, Parent: "workspaces/visitor", WorkflowId: id})
		must(t, err)
		for what, shown := range map[string]string{"view": view.String(), "fork": text(t, fork.GetWorkflow().GetDefinition())} {
			if strings.Contains(strings.ToLower(shown), "hook_key") || strings.Contains(shown, "SLACK_TOKEN") || strings.Contains(shown, "$credentials.") {
				t.Errorf("%s: the %s names credentials: %s", id, what, shown)
			}
		}
	}
}

func TestAttackSecretsStoreAsData(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A10-7", "a secret of the workspace as data of a step")
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	for name, rest := range map[string]string{
		"an output":               `],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.env.slack_token"}]`,
		"all outputs":             `],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.env.*"}]`,
		"a message":               `,{"type":"roboflow_core/slack_notification@v1","name":"s","slack_token":"$credentials.x","channel":"$steps.env.slack_token","message":"m","cooldown_session_key":"k"}],"outputs":[]`,
		"a parameter":             `,{"type":"roboflow_core/slack_notification@v1","name":"s","slack_token":"$credentials.x","channel":"c","message":"m","message_parameters":{"a":"$steps.env.slack_token"},"cooldown_session_key":"k"}],"outputs":[]`,
		"a step between":          `,{"type":"roboflow_core/first_non_empty_or_default@v1","name":"p","data":["$steps.env.slack_token"],"default":"d"}],"outputs":[]`,
		"a text":                  `,{"type":"roboflow_core/string_template@v1","name":"p","template":"{t}","data":{"t":"$steps.env.slack_token"}}],"outputs":[]`,
		"an inner workflow":       `,{"type":"roboflow_core/inner_workflow@v1","name":"p","parameter_bindings":{"t":"$steps.env.slack_token"},"workflow_definition":{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"t"}],"steps":[{"type":"roboflow_core/string_template@v1","name":"q","template":"{t}","data":{"t":"$inputs.t"}}],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.q.output"}]}}],"outputs":[]`,
		"a store inside":          `,{"type":"roboflow_core/inner_workflow@v1","name":"p","parameter_bindings":{},"workflow_definition":{"version":"1.0","inputs":[],"steps":[` + secretsStore + `],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.env.slack_token"}]}}],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.p.o"}]`,
		"the store around":        `,{"type":"roboflow_core/inner_workflow@v1","name":"p","parameter_bindings":{},"workflow_definition":{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/slack_notification@v1","name":"s","slack_token":"$steps.env.slack_token","channel":"c","message":"m","cooldown_session_key":"k"}],"outputs":[]}}],"outputs":[]`,
		"an output of a path":     `,{"type":"roboflow_core/inner_workflow@v1","name":"p","parameter_bindings":{},"workflow_definition":{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/inner_workflow@v1","name":"q","parameter_bindings":{},"workflow_definition":{"version":"1.0","inputs":[],"steps":[` + secretsStore + `,{"type":"roboflow_core/string_template@v1","name":"r","template":"{t}","data":{"t":"$steps.env.slack_token"}}],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.r.output"}]}}],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.q.o"}]}}],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.p.o"}]`,
		"a destination inside":    `,{"type":"roboflow_core/inner_workflow@v1","name":"p","parameter_bindings":{},"workflow_definition":{"version":"1.0","inputs":[],"steps":[` + secretsStore + `,{"type":"roboflow_core/webhook_sink@v1","name":"h","url":"$steps.env.slack_token","method":"GET"}],"outputs":[]}}],"outputs":[]`,
		"a destination":           `,{"type":"roboflow_core/webhook_sink@v1","name":"h","url":"$steps.env.slack_token","method":"GET"}],"outputs":[]`,
		"a name that is not read": `],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.env.path"}]`,
	} {
		err := s.trySave("no", `{"version":"1.0","inputs":[],"steps":[`+secretsStore+rest+`}`)
		a.Attempt(err != nil, "%s is saved", name)
		if err != nil {
			refused(t, err, errorsv1.Reason_REASON_DEFINITION_INVALID)
		}
	}
	for name, names := range map[string]string{
		"a key as a name":             `["sk-proj-0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijAB"]`,
		"a password by another name":  `[{"password":"hunter2hunter2"}]`,
		"a random text as a name":     `["q8Zr1vT5xW0pL3nK7mB2"]`,
		"a key that is cut in pieces": `["sk-proj-0123456789abcdefghij","ABCDEFGHIJ0123456789abcdefghijAB"]`,
	} {
		err := s.trySave("no", `{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/inner_workflow@v1","name":"p","parameter_bindings":{},"workflow_definition":{"version":"1.0","inputs":[],
			"steps":[{"type":"roboflow_core/environment_secrets_store@v1","name":"env","variables_storing_secrets":`+names+`}],"outputs":[]}}],"outputs":[]}`)
		a.Attempt(err != nil, "a store inside with %s is saved", name)
		if err != nil {
			refused(t, err, errorsv1.Reason_REASON_LITERAL_SECRET)
		}
	}
}

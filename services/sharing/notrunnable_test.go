package sharing_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

const plcWorkflow = `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image"},{"type":"WorkflowParameter","name":"address","default_value":"10.0.0.1"}],"steps":[
	{"type":"roboflow_core/easy_ocr@v1","name":"reader","images":"$inputs.image"},
	{"type":"roboflow_core/plc_writer@v1","name":"plc","tag":"t","value":1,"ip_address":"$inputs.address"},
	{"type":"mqtt_writer_sink@v1","name":"mqtt","host":"broker.example","port":1883,"topic":"t","message":"m","username":"$credentials","password":"$credentials"},
	{"type":"roboflow_core/slack_notification@v1","name":"slack","slack_token":"$steps.secrets.slack","channel":"c","message":"m","cooldown_session_key":"k"},
	{"type":"roboflow_core/environment_secrets_store@v1","name":"secrets","variables_storing_secrets":["SLACK"]}],
	"outputs":[{"type":"JsonField","name":"o","selector":"$steps.reader.*"}]}`

// A definition with blocks that cannot run is saved, inspected, shared, viewed and
// forked. Its runs are refused before anything is reserved.
func TestWhatCannotRunIsKeptAndNotRun(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	w := s.workflow("acme", "plc", plcWorkflow)
	found, err := s.api.InspectWorkflow(s.member("acme"), &sharingv1.InspectWorkflowRequest{Name: w.GetName()})
	must(t, err)
	var got []string
	for _, n := range found.GetNotRunnable() {
		got = append(got, n.GetStep()+" "+n.GetReason()+" "+n.GetMessage())
	}
	want := "reader needs_weights needs weights that Keyhole does not ship, and cannot take them as ONNX yet; plc needs_device needs a PLC; " +
		"mqtt needs_device needs an MQTT broker"
	if strings.Join(got, "; ") != want || len(found.GetProblems())+len(found.GetSharingProblems()) != 0 {
		t.Errorf("inspect says %q, problems %v %v", got, found.GetProblems(), found.GetSharingProblems())
	}

	share := s.share("acme", "plc", nil)
	view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
	must(t, err)
	blocked := strings.Join(view.GetTerms().GetBlocked(), "\n")
	if view.GetRunnable() || !strings.Contains(blocked, "plc (PLC Writer: needs a PLC)") {
		t.Errorf("the view says that it runs: %v, or not why: %q", view.GetRunnable(), blocked)
	}
	marks := map[string]string{}
	for _, n := range view.GetGraph().GetNodes() {
		marks[n.GetId()] = n.GetNotRunnable()
	}
	if marks["steps.plc"] != "needs a PLC" || marks["inputs.image"] != "" {
		t.Errorf("the graph marks %v", marks)
	}
	_, err = s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{Token: share.GetToken(), Parent: "workspaces/visitor", WorkflowId: "mine"})
	must(t, err)

	_, own := s.own(s.member("acme"), w.GetName(), "r1", "image")
	_, preview := s.preview(s.guest("g"), share.GetToken(), "r2", "image")
	for who, err := range map[string]error{"the owner": own, "a visitor": preview} {
		refused(t, err, errorsv1.Reason_REASON_BLOCK_NOT_SUPPORTED)
		e := errs.From(err)
		var steps []string
		for _, v := range e.Violations() {
			steps = append(steps, v.GetField()+": "+v.GetDescription())
		}
		if e.Code() != codes.FailedPrecondition || len(steps) != 3 || steps[1] != "steps.plc: needs a PLC" {
			t.Errorf("%s gets %s %q", who, e.Code(), steps)
		}
	}
	if n := s.reserved(); n != 0 {
		t.Errorf("%d runs are reserved", n)
	}
}

// A secret in such a block is handled like one in any other block: it goes to the vault or
// is refused.
func TestASecretInABlockThatCannotRunIsNotSaved(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	slack := `{"type":"roboflow_core/slack_notification@v1","name":"slack","slack_token":"xoxb-123456789012-abcdefabcdef","channel":"c","message":"m","cooldown_session_key":"k"}`
	w := s.workflow("acme", "slack", `{"version":"1.0","inputs":[],"steps":[`+slack+`],"outputs":[]}`)
	if saved := text(t, w.GetDefinition()); strings.Contains(saved, "xoxb") || !strings.Contains(saved, `"slack_token":"$credentials.`) {
		t.Errorf("saved: %s", saved)
	}
	for _, step := range []string{
		`{"type":"mqtt_writer_sink@v1","name":"m","host":"h.example","port":1,"topic":"t","message":"m","username":"u","password":"p"}`,
		`{"type":"roboflow_core/onvif_sink@v1","name":"m","predictions":"$inputs.p","camera_ip":"c","camera_port":80,"camera_username":"$credentials","camera_password":"pw"}`,
		`{"type":"roboflow_core/inner_workflow@v1","name":"m","parameter_bindings":{},"workflow_definition":{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/open_ai@v2","name":"i","api_key":"abc"}],"outputs":[]}}`,
		`{"type":"roboflow_core/cache_set@v1","name":"m","image":"$inputs.i","key":"k","value":"$inputs.p","api_token":"zzzzzz"}`,
	} {
		definition := `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"i"},{"type":"WorkflowBatchInput","name":"p"}],"steps":[` + step + `],"outputs":[]}`
		refused(t, s.trySave("no", definition), errorsv1.Reason_REASON_LITERAL_SECRET)
	}
}

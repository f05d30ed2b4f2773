package sharing_test

import (
	"encoding/json"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// greeter is a workflow that others use as a step; the words change with its version.
func greeter(words string) string {
	return `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"who"}],"steps":[
		{"type":"roboflow_core/string_template@v1","name":"greet","template":"` + words + ` {{ who }}","data":{"who":"$inputs.who"}}],
		"outputs":[{"type":"JsonField","name":"text","selector":"$steps.greet.output"}]}`
}

// outer is a workflow with a step that names a saved one.
func outer(reference string) string {
	return `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"name"}],"steps":[
		{"type":"roboflow_core/inner_workflow@v1","name":"hello",` + reference + `,"parameter_bindings":{"who":"$inputs.name"}}],
		"outputs":[{"type":"JsonField","name":"o","selector":"$steps.hello.text"}]}`
}

// A saved workflow that a step names is fixed to its version when the workflow around it is
// saved. A later version or its deletion changes nothing, and a save without the fixed
// definition takes the newest version.
func TestSavedWorkflowIsFixedOnSave(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.workflow("acme", "greeter", greeter("hello"))
	saved := s.workflow("acme", "outer", outer(`"workflow_id":"greeter"`))
	s.save("acme", "greeter", greeter("goodbye"))
	_, err := s.api.DeleteWorkflow(s.member("acme"), &sharingv1.DeleteWorkflowRequest{Name: "workspaces/acme/workflows/greeter"})
	must(t, err)

	run, err := s.own(s.member("acme"), saved.GetName(), "r1", "name")
	must(t, err)
	if got := string(run.GetDefinition()); !strings.Contains(got, "hello {{ who }}") || !strings.Contains(got, `"saved_workflow":"greeter/versions/1"`) || strings.Contains(got, "workflow_id") {
		t.Errorf("the runner gets %s", got)
	}
	share := s.share("acme", "outer", nil)
	view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
	must(t, err)
	if got := string(view.GetDefinition()); strings.Contains(got, "greeter") || !strings.Contains(got, "hello {{ who }}") || !view.GetRunnable() {
		t.Errorf("a visitor sees %s, runnable %v", got, view.GetRunnable())
	}
	_, err = s.api.UndeleteWorkflow(s.member("acme"), &sharingv1.UndeleteWorkflowRequest{Name: "workspaces/acme/workflows/greeter"})
	must(t, err)
	s.save("acme", "outer", outer(`"workflow_id":"greeter","workflow_workspace_id":"acme","workflow_version_id":"1"`))
	newest := s.save("acme", "outer", outer(`"workflow_id":"greeter"`))
	if got := string(newest.GetDefinition()); !strings.Contains(got, "goodbye {{ who }}") || !json.Valid(newest.GetDefinition()) {
		t.Errorf("the next save took %s", got)
	}
}

// A step can name only what its own workspace can read, and the refusal is the same for a
// workflow of somebody else and for none.
func TestSavedWorkflowFollowsItsRights(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.workflow("other", "secret", greeter("hello"))
	s.workflow("acme", "own", greeter("hello"))
	messages := map[string]string{}
	for name, reference := range map[string]string{
		"of another workspace by its id":   `"workflow_id":"secret"`,
		"that does not exist":              `"workflow_id":"nobody"`,
		"of another workspace by its name": `"workflow_id":"secret","workflow_workspace_id":"other"`,
		"in a version that does not exist": `"workflow_id":"own","workflow_version_id":"7"`,
		"in a version that is no number":   `"workflow_id":"own","workflow_version_id":"latest"`,
		"by a path":                        `"workflow_id":"../../other/workflows/secret"`,
	} {
		_, err := s.api.CreateWorkflow(s.member("acme"), &sharingv1.CreateWorkflowRequest{
			Parent: "workspaces/acme", WorkflowId: "x", Workflow: &sharingv1.Workflow{Definition: []byte(outer(reference))},
		})
		refused(t, err, errorsv1.Reason_REASON_DEFINITION_INVALID)
		messages[name] = err.Error()
	}
	if messages["of another workspace by its id"] != messages["that does not exist"] || messages["by a path"] != messages["that does not exist"] {
		t.Errorf("the refusals differ: %v", messages)
	}
}

// What an inner workflow needs, the workflow around it needs: its slots are opened, bound
// and refused like those of any step.
func TestSlotsOfAnInnerWorkflowAreSlots(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.workflow("acme", "asks", `{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://llm.example.com/v1","model_name":"m","prompt":"p","api_key":"$credentials"}],
		"outputs":[{"type":"JsonField","name":"text","selector":"$steps.llm.output"}]}`)
	w := s.workflow("acme", "outer", `{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/inner_workflow@v1","name":"n","workflow_id":"asks","parameter_bindings":{}}],
		"outputs":[{"type":"JsonField","name":"o","selector":"$steps.n.text"}]}`)
	found, err := s.api.InspectWorkflow(s.member("acme"), &sharingv1.InspectWorkflowRequest{Name: w.GetName()})
	must(t, err)
	if slots := found.GetSlots(); len(slots) != 1 || slots[0].GetStep() != "n__llm" || slots[0].GetDestination() != "https://llm.example.com" {
		t.Errorf("the slots are %v", slots)
	}
	_, err = s.own(s.member("acme"), w.GetName(), "r1")
	refused(t, err, errorsv1.Reason_REASON_SLOT_UNBOUND)
	var outputs []string
	for _, step := range found.GetSteps() {
		for _, o := range step.GetOutputs() {
			outputs = append(outputs, step.GetName()+"."+o.GetName())
		}
	}
	if !strings.Contains(strings.Join(outputs, " "), "n.text") {
		t.Errorf("an editor sees the outputs %v", outputs)
	}
}

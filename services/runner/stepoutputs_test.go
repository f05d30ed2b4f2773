package runner_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"google.golang.org/grpc"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/runner"
)

// eventsOf reads a stream to its end.
func eventsOf(t *testing.T, stream grpc.ServerStreamingClient[runnerv1.RunEvent], err error) (events []*runnerv1.RunEvent, failure error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return events, err
		}
		events = append(events, event)
	}
}

// ownStream runs a workflow of the caller's own with the outputs of its steps.
func (w *harness) ownStream(t *testing.T, r *runnerv1.RunWorkflowStreamRequest) ([]*runnerv1.RunEvent, error) {
	t.Helper()
	r.Name = "workspaces/demo/workflows/w"
	stream, err := w.public.RunWorkflowStream(w.member(t, "demo"), r)
	return eventsOf(t, stream, err)
}

func stepOutputs(events []*runnerv1.RunEvent) map[string]*runnerv1.StepOutputs {
	all := map[string]*runnerv1.StepOutputs{}
	for _, e := range events {
		if out := e.GetStep().GetOutputs(); out != nil {
			all[e.GetStep().GetStep()+" "+e.GetStep().GetState()] = out
		}
	}
	return all
}

func TestAStreamShowsWhatEachStepGave(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = plain(t)
	events, err := w.ownStream(t, &runnerv1.RunWorkflowStreamRequest{Inputs: inputs(t, map[string]any{"who": "you"}), StepOutputs: true})
	if err != nil {
		t.Fatal(err)
	}
	got := stepOutputs(events)
	if out := got["greet succeeded"]; len(got) != 1 || string(out.GetValues()) != `[{"error_status":"","output":"hello you"}]` && !strings.Contains(string(out.GetValues()), `"hello you"`) || out.GetElements() != 1 {
		t.Errorf("got %v", got)
	}
	events, err = w.ownStream(t, &runnerv1.RunWorkflowStreamRequest{Inputs: inputs(t, map[string]any{"who": "you"})})
	if err != nil || len(stepOutputs(events)) != 0 {
		t.Errorf("unasked: %v, %v", stepOutputs(events), err)
	}
}

// A failed run shows the outputs of the steps before the failure.
func TestAFailedRunShowsWhatItsStepsGave(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = mustJSON(t, map[string]any{
		"version": "1.0", "inputs": []any{},
		"steps": []any{
			map[string]any{"type": "roboflow_core/string_template@v1", "name": "first", "template": "kept", "data": map[string]any{}},
			map[string]any{
				"type": "roboflow_core/openai_compatible@v1", "name": "llm", "base_url": "http://127.0.0.1:1", "model_name": "m",
				"prompt": "$steps.first.output", "api_key": "$credentials.llm",
			},
		},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "answer", "selector": "$steps.llm.output"}},
	})
	events, err := w.ownStream(t, &runnerv1.RunWorkflowStreamRequest{StepOutputs: true})
	if err == nil {
		t.Fatal("it did not fail")
	}
	if got := stepOutputs(events); !strings.Contains(string(got["first succeeded"].GetValues()), "kept") {
		t.Errorf("got %v", got)
	}
}

// TestAttackDraftFieldsOfARun: only the owner's own run reports a draft to sharing.
func TestAttackDraftFieldsOfARun(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "the draft of a run through a link")
	w := newHarness(t, runner.Config{})
	w.sharing.definition = plain(t)
	asked := func() *sharinginternalv1.AuthorizeRunRequest { return w.sharing.asked[len(w.sharing.asked)-1] }
	if _, err := w.ownStream(t, &runnerv1.RunWorkflowStreamRequest{Draft: true, DraftEtag: "e", Inputs: inputs(t, map[string]any{"who": "you"})}); err != nil {
		t.Fatal(err)
	}
	if !asked().GetDraft() || asked().GetDraftEtag() != "e" {
		t.Errorf("asked %v", asked())
	}
	if _, err := w.shared(t, map[string]any{"who": "you", "draft": true}); err != nil {
		t.Fatal(err)
	}
	a.Attempt(!asked().GetDraft() && asked().GetDraftEtag() == "", "asked %v", asked())
	shared := (&runnerv1.RunSharedWorkflowStreamRequest{}).ProtoReflect().Descriptor().Fields()
	for _, name := range []string{"draft", "draft_etag", "step_outputs", "version", "definition"} {
		for i := range shared.Len() {
			a.Attempt(string(shared.Get(i).Name()) != name, "a run through a link takes %s", name)
		}
	}
}

// TestAttackStepOutputsOfALink: the vault judges the texts of a run for a stranger at its
// end. So no output of a step leaves such a run before, whatever the request asks for.
func TestAttackStepOutputsOfALink(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "the outputs of steps of a run for a stranger")
	w := newHarness(t, runner.Config{})
	provider := testkit.Provider(t)
	w.sharing.definition = asking(t, provider.URL)
	w.sharing.slots = []grant.Slot{{Step: "llm", Field: "api_key", Credential: "workspaces/demo/credentials/llm", Destination: provider.URL}}
	w.vault.stored["workspaces/demo/credentials/llm"] = canary
	stream, err := w.public.RunSharedWorkflowStream(guest(t.Context()), &runnerv1.RunSharedWorkflowStreamRequest{Token: "tok"})
	events, err := eventsOf(t, stream, err)
	a.Attempt(err == nil && len(stepOutputs(events)) == 0, "a run through a link: %v, %v", stepOutputs(events), err)
	w.sharing.set(func(p *sharingPeer) { p.answer.Preview = true }) // sharing says that the caller is a stranger
	events, err = w.ownStream(t, &runnerv1.RunWorkflowStreamRequest{StepOutputs: true})
	a.Attempt(err == nil && len(stepOutputs(events)) == 0, "a run that is a preview: %v, %v", stepOutputs(events), err)
}

// TestAttackStepOutputsOfACredential: a step never gets a credential, so its outputs have
// none. A credential that the caller sent is removed where a block repeats it.
func TestAttackStepOutputsOfACredential(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "credentials in the outputs of the owner's own steps")
	w := newHarness(t, runner.Config{})
	provider := testkit.Provider(t)
	w.sharing.definition = mustJSON(t, map[string]any{
		"version": "1.0", "inputs": []any{map[string]any{"type": "WorkflowParameter", "name": "key"}, map[string]any{"type": "WorkflowParameter", "name": "other"}},
		"steps": []any{
			map[string]any{"type": "roboflow_core/string_template@v1", "name": "tell", "template": "{ k } { o }", "data": map[string]any{"k": "$inputs.key", "o": "$inputs.other"}},
			map[string]any{
				"type": "roboflow_core/openai_compatible@v1", "name": "llm", "base_url": provider.URL, "model_name": "m",
				"prompt": "$steps.tell.output", "api_key": "$inputs.key",
			},
		},
		"outputs": []any{},
	})
	w.sharing.slots = []grant.Slot{{Step: "llm", Field: "api_key", Input: "key", Destination: provider.URL}}
	w.sharing.answer.CredentialInputs = []*sharinginternalv1.CredentialInput{{Name: "key"}}
	events, err := w.ownStream(t, &runnerv1.RunWorkflowStreamRequest{StepOutputs: true, Inputs: inputs(t, map[string]any{"key": canary, "other": "it is " + canary})})
	if err != nil {
		t.Fatal(err)
	}
	got := stepOutputs(events)
	for name, out := range got {
		a.Attempt(!strings.Contains(string(out.GetValues()), canary), "%s gave %s", name, out.GetValues())
	}
	if len(got) != 2 {
		t.Errorf("got %v", got)
	}
}

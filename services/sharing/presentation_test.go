package sharing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// presentedWorkflow has two inputs with a default, one without, and two outputs.
const presentedWorkflow = `{"version": "1.0", "inputs": [{"type": "WorkflowParameter", "name": "who"},
	{"type": "WorkflowParameter", "name": "tone", "kind": ["string"], "default_value": "kind"}, {"type": "WorkflowParameter", "name": "size", "kind": ["integer"], "default_value": 3}],
	"steps": [], "outputs": [{"type": "JsonField", "name": "text", "selector": "$inputs.who"}, {"type": "JsonField", "name": "debug", "selector": "$inputs.tone"}]}`

func presentation() *sharingv1.Presentation {
	return &sharingv1.Presentation{
		Title: "Say hello", Welcome: "Greets somebody.", Guide: "# How\n\nType a *name*.", AccentColor: "#00aa55",
		Inputs:  []*sharingv1.InputPresentation{{Name: "size", Label: "How long"}, {Name: "who", Label: "Name", Description: "Of a friend."}, {Name: "tone", Hidden: true}},
		Outputs: []*sharingv1.OutputPresentation{{Name: "debug", Hidden: true}, {Name: "text", Label: "Greeting"}},
	}
}

func (s *harness) view(ctx context.Context, token string) *sharingv1.SharedWorkflow {
	s.t.Helper()
	s.settle()
	view, err := s.api.GetSharedWorkflow(ctx, &sharingv1.GetSharedWorkflowRequest{Token: token})
	must(s.t, err)
	return known(s.t.(*testing.T), view)
}

func TestAViewIsPresentedAsItsOwnerWishes(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", presentedWorkflow)
		share := s.share("acme", "greet", &sharingv1.Share{Presentation: presentation(), Samples: []*sharingv1.Sample{
			{Input: "who", Value: []byte(`"Eve"`), Title: "A friend"}, {Input: "tone", Value: []byte(`"cold"`), Title: "A friend"},
		}})
		view := s.view(s.guest("g"), share.GetToken())
		if view.GetTitle() != "Say hello" || view.GetPresentation().GetGuide() == "" || view.GetPresentation().GetAccentColor() != "#00aa55" || view.GetPresentation().GetInputs() != nil {
			t.Errorf("the view says %v", view.GetPresentation())
		}
		inputs, outputs := view.GetInterface().GetInputs(), view.GetInterface().GetOutputs()
		if len(inputs) != 2 || inputs[0].GetName() != "size" || inputs[0].GetLabel() != "How long" || inputs[1].GetDescription() != "Of a friend." {
			t.Errorf("inputs %v", inputs)
		}
		if len(outputs) != 1 || outputs[0].GetLabel() != "Greeting" {
			t.Errorf("outputs %v", outputs)
		}
		if samples := view.GetSamples(); len(samples) != 1 || samples[0].GetTitle() != "A friend" {
			t.Errorf("samples %v, want none of a hidden input", samples)
		}
		got, err := s.api.GetShare(s.member("acme"), &sharingv1.GetShareRequest{Name: share.GetName()})
		must(t, err)
		if len(got.GetPresentation().GetInputs()) != 3 {
			t.Errorf("the owner sees %v", got.GetPresentation())
		}
		part := &sharingv1.Share{Name: share.GetName(), Presentation: &sharingv1.Presentation{Welcome: "Hi."}}
		got, err = s.api.UpdateShare(s.member("acme"), &sharingv1.UpdateShareRequest{Share: part, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"presentation.welcome"}}})
		must(t, err)
		if p := got.GetPresentation(); p.GetWelcome() != "Hi." || p.GetTitle() != "Say hello" {
			t.Errorf("one field was changed, and the rest became %v", p)
		}
	})
}

func TestAPresentationFitsTheVersion(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.workflow("acme", "greet", presentedWorkflow)
	for name, p := range map[string]*sharingv1.Presentation{
		"an unknown input":     {Inputs: []*sharingv1.InputPresentation{{Name: "nobody"}}},
		"an input twice":       {Inputs: []*sharingv1.InputPresentation{{Name: "who"}, {Name: "who"}}},
		"a required input":     {Inputs: []*sharingv1.InputPresentation{{Name: "who", Hidden: true}}},
		"an unknown output":    {Outputs: []*sharingv1.OutputPresentation{{Name: "nothing"}}},
		"all outputs hidden":   {Outputs: []*sharingv1.OutputPresentation{{Name: "text", Hidden: true}, {Name: "debug", Hidden: true}}},
		"more than it may say": {Guide: strings.Repeat("a word ", 20_000)},
	} {
		_, err := s.tryShare("acme", "greet", &sharingv1.Share{Presentation: p})
		if err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	// A setting for something that a later version lacks has no effect, and other settings can still
	// change.
	share := s.share("acme", "greet", &sharingv1.Share{FollowLive: true, Presentation: presentation()})
	s.save("acme", "greet", strings.Replace(presentedWorkflow, `, "default_value": "kind"`, "", 1))
	if inputs := s.view(s.guest("g"), share.GetToken()).GetInterface().GetInputs(); len(inputs) != 3 {
		t.Errorf("an input that a run needs now is hidden: %v", inputs)
	}
	_, err := s.api.UpdateShare(s.member("acme"), &sharingv1.UpdateShareRequest{Share: &sharingv1.Share{Name: share.GetName(), Title: "x"}})
	must(t, err)
}

// finishSample ends the run of a sample with its outputs.
func (s *harness) finishSample(run, outputs string) *sharinginternalv1.Booking {
	s.t.Helper()
	out, err := s.runner.FinishRun(context.Background(), &sharinginternalv1.RunEnd{Run: run, State: sharingv1.RunState_RUN_STATE_SUCCEEDED, Example: []byte(outputs)})
	must(s.t, err)
	return out
}

func (s *harness) sample(ctx context.Context, share, title, run string, inputs ...string) (*sharinginternalv1.AuthorizeRunResponse, error) {
	r := &sharinginternalv1.AuthorizeRunRequest{Run: run, Inputs: inputs, Target: &sharinginternalv1.AuthorizeRunRequest_Example{
		Example: &sharinginternalv1.ExampleTarget{Share: share, Sample: title},
	}}
	if len(inputs) > 0 {
		r.Forms = map[string]*sharinginternalv1.InputForms{}
		for _, name := range inputs {
			r.Forms[name] = &sharinginternalv1.InputForms{}
		}
	}
	return s.runner.AuthorizeRun(ctx, r)
}

func TestAnExampleBelongsToItsVersionAndSample(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", presentedWorkflow)
		friend := []*sharingv1.Sample{{Input: "who", Value: []byte(`"Eve"`), Title: "A friend"}}
		share := s.share("acme", "greet", &sharingv1.Share{FollowLive: true, Samples: friend, Presentation: presentation()})
		allowed, err := s.sample(s.member("acme"), share.GetName(), "A friend", "e1")
		must(t, err)
		if !allowed.GetPreview() || string(allowed.GetSampleInputs()) != `{"who":"Eve"}` || len(allowed.GetHiddenOutputs()) != 1 {
			t.Fatalf("the sample's run is %v", allowed)
		}
		// A hidden output that reaches sharing nevertheless is not shown.
		if b := s.finishSample("e1", `[{"text": "hello Eve", "debug": "inside", "n": 9007199254740993}]`); b.GetInstead() != nil || !b.GetCounted() {
			t.Fatalf("the example is not stored: %v", b)
		}
		examples := func() []*sharingv1.Example { return s.view(s.guest("g"), share.GetToken()).GetExamples() }
		if got := examples(); len(got) != 1 || !strings.Contains(string(got[0].GetOutputs()), "hello Eve") || strings.Contains(string(got[0].GetOutputs()), "inside") ||
			!strings.Contains(string(got[0].GetOutputs()), "9007199254740993") {
			t.Fatalf("the view has %v", got)
		}
		mine, err := s.api.GetShare(s.member("acme"), &sharingv1.GetShareRequest{Name: share.GetName()})
		must(t, err)
		if len(mine.GetExamples()) != 1 || mine.GetExamples()[0].GetOutputs() != nil {
			t.Errorf("the owner sees %v, want that there is one", mine.GetExamples())
		}
		s.save("acme", "greet", strings.Replace(presentedWorkflow, "kind\"}", "warm\"}", 1))
		if got := examples(); len(got) != 0 {
			t.Errorf("another version has the example %v", got)
		}
		_, err = s.sample(s.member("acme"), share.GetName(), "A friend", "e2")
		must(t, err)
		s.finishSample("e2", `[{"text": "hello Eve"}]`)
		_, err = s.api.UpdateShare(s.member("acme"), &sharingv1.UpdateShareRequest{Share: &sharingv1.Share{Name: share.GetName(), Samples: []*sharingv1.Sample{{Input: "who", Value: []byte(`"Bob"`), Title: "A friend"}}}})
		must(t, err)
		if got := examples(); len(got) != 0 {
			t.Errorf("another sample has the example %v", got)
		}
	})
}

func TestAnExampleThatCannotBeShownIsRefusedAndBooked(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.workflow("acme", "greet", presentedWorkflow)
	share := s.share("acme", "greet", &sharingv1.Share{Samples: []*sharingv1.Sample{{Input: "who", Value: []byte(`"Eve"`)}}})
	for run, outputs := range map[string]string{
		"large": `[{"text": "` + strings.Repeat("word ", 120_000) + `"}]`, "empty": "", "notjson": "[{", "object": `{"text": "a"}`,
		"deep": strings.Repeat("[", 100) + strings.Repeat("]", 100),
	} {
		_, err := s.sample(s.member("acme"), share.GetName(), "", run)
		must(t, err)
		if b := s.finishSample(run, outputs); b.GetInstead() == nil || !b.GetCounted() {
			t.Errorf("%s: %v", run, b)
		}
	}
	if got := s.view(s.guest("g"), share.GetToken()).GetExamples(); len(got) != 0 {
		t.Errorf("stored: %v", got)
	}
}

// The end of a run tells pages whether the run counts.
func TestTheEndOfARunSaysWhetherItCounts(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.workflow("acme", "greet", plainWorkflow)
	share := s.share("acme", "greet", nil)
	end := func(run string, e *sharinginternalv1.RunEnd) bool {
		_, err := s.preview(s.guest("g"), share.GetToken(), run)
		must(t, err)
		e.Run = run
		out, err := s.runner.FinishRun(context.Background(), e)
		must(t, err)
		return out.GetCounted()
	}
	if !end("failed", &sharinginternalv1.RunEnd{State: sharingv1.RunState_RUN_STATE_FAILED, Reason: "STEP_FAILED"}) {
		t.Error("a run that failed in a step does not count")
	}
	if end("damaged", &sharinginternalv1.RunEnd{State: sharingv1.RunState_RUN_STATE_FAILED, Reason: "IMAGE_INVALID", Unused: true}) {
		t.Error("a damaged picture counts")
	}
}

func TestActiveLinksAreThoseThatRun(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.caption()
		s.share("acme", "caption", nil)
		s.share("acme", "caption", &sharingv1.Share{ExpireTime: timestamppb.New(s.clock.now().Add(time.Hour))})
		hidden := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: hiddenAccess})
		active := func() int32 {
			list, err := s.api.ListWorkflows(s.member("acme"), &sharingv1.ListWorkflowsRequest{Parent: "workspaces/acme"})
			must(t, err)
			return list.GetWorkflows()[0].GetActiveShares()
		}
		if n := active(); n != 3 {
			t.Fatalf("%d active links, want 3", n)
		}
		s.clock.advance(2 * time.Hour)
		if n := active(); n != 2 {
			t.Errorf("%d active links after one expired, want 2", n)
		}
		s.vault.set(func() { s.vault.grants[hidden.GetName()].suspended = true })
		if n := active(); n != 1 {
			t.Errorf("%d active links after the guard suspended one, want 1", n)
		}
	})
}

// A watcher of a link learns that it changed, and nothing else.
func TestAWatchedLinkTellsOfItsChange(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", presentedWorkflow)
		share := s.share("acme", "greet", nil)
		member := s.member("acme")
		for name, change := range map[string]func() error{
			"a presentation": func() error {
				_, err := s.api.UpdateShare(member, &sharingv1.UpdateShareRequest{Share: &sharingv1.Share{Name: share.GetName(), Presentation: presentation()}})
				return err
			},
			"runs that are off": func() error {
				_, err := s.api.UpdateShare(member, &sharingv1.UpdateShareRequest{Share: &sharingv1.Share{Name: share.GetName(), RunDisabled: true}})
				return err
			},
			"a pause": func() error {
				_, err := s.api.PauseShare(member, &sharingv1.PauseShareRequest{Name: share.GetName()})
				return err
			},
		} {
			ctx, cancel := context.WithTimeout(s.guest("g"), 10*time.Second)
			stream, err := s.api.WatchSharedWorkflow(ctx, &sharingv1.WatchSharedWorkflowRequest{Token: share.GetToken()})
			must(t, err)
			first, err := stream.Recv()
			must(t, err)
			time.Sleep(50 * time.Millisecond) // the first reading
			must(t, change())
			s.settle()
			second, err := stream.Recv()
			if err != nil || first.GetChanged() || !second.GetChanged() {
				t.Errorf("%s: told %v, then %v, %v", name, first, second, err)
			}
			cancel()
		}
		stream, err := s.api.WatchSharedWorkflow(s.guest("g"), &sharingv1.WatchSharedWorkflowRequest{Token: "nothing"})
		if err == nil {
			_, err = stream.Recv()
		}
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
	})
}

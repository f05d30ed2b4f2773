package sharing_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// halfDone is a draft with a step of an unknown block, a reference to nothing and an output
// without a selector.
const halfDone = `{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/not_yet@v1","name":"a"},
	{"type":"roboflow_core/string_template@v1","name":"b","template":"x","data":{"who":"$steps.a.output"}}],"outputs":[{"name":"o"}]}`

func draftOf(w *sharingv1.Workflow) string { return w.GetName() + "/draft" }

// tryDraft saves the draft of a workflow, over the one with an etag.
func (s *harness) tryDraft(ctx context.Context, w *sharingv1.Workflow, definition, etag string) (*sharingv1.WorkflowDraft, error) {
	return s.api.UpdateWorkflowDraft(ctx, &sharingv1.UpdateWorkflowDraftRequest{
		Draft: &sharingv1.WorkflowDraft{Name: draftOf(w), Definition: []byte(definition), Etag: etag},
	})
}

func (s *harness) draft(w *sharingv1.Workflow, definition, etag string) *sharingv1.WorkflowDraft {
	s.t.Helper()
	d, err := s.tryDraft(s.member("acme"), w, definition, etag)
	must(s.t, err)
	return d
}

func (s *harness) getDraft(w *sharingv1.Workflow) (*sharingv1.WorkflowDraft, error) {
	return s.api.GetWorkflowDraft(s.member("acme"), &sharingv1.GetWorkflowDraftRequest{Name: draftOf(w)})
}

func (s *harness) publish(w *sharingv1.Workflow, etag string) (*sharingv1.Workflow, error) {
	return s.api.PublishWorkflowDraft(s.member("acme"), &sharingv1.PublishWorkflowDraftRequest{Name: draftOf(w), Etag: etag})
}

// blank makes a workflow without a version.
func (s *harness) blank(id string) *sharingv1.Workflow {
	s.t.Helper()
	w, err := s.api.CreateWorkflow(s.member("acme"), &sharingv1.CreateWorkflowRequest{
		Parent: "workspaces/acme", WorkflowId: id, Workflow: &sharingv1.Workflow{Title: "The " + id},
	})
	must(s.t, err)
	return w
}

func TestADraftIsSavedAlthoughItDoesNotCompile(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		w := s.workflow("acme", "greet", plainWorkflow)
		_, err := s.getDraft(w)
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
		saved := s.draft(w, halfDone, "")
		read, err := s.getDraft(w)
		must(t, err)
		if string(read.GetDefinition()) != halfDone || read.GetEtag() != saved.GetEtag() || read.GetBaseVersion() != 1 || read.GetAuthor() != "workspaces/acme/keys/main" {
			t.Errorf("read %v after %v", read, saved)
		}
		for _, half := range []string{`{}`, `{"steps":{}}`, `{"steps":[1,{"name":"x"}],"outputs":null}`} {
			saved = s.draft(w, half, saved.GetEtag())
		}
		for _, none := range []string{``, `null`, `[]`, `"x"`, `{"steps":[`, `{"a":"` + strings.Repeat("x", 2<<20) + `"}`} {
			_, err := s.tryDraft(s.member("acme"), w, none, saved.GetEtag())
			refused(t, err, errorsv1.Reason_REASON_DEFINITION_INVALID)
		}
		if live, err := s.api.GetWorkflow(s.member("acme"), &sharingv1.GetWorkflowRequest{Name: w.GetName()}); err != nil || live.GetEtag() != w.GetEtag() {
			t.Errorf("a draft has changed its workflow: %v, %v", live, err)
		}
	})
}

// Two people edit one draft: nobody overwrites a change that they have not seen, and each can read
// the other's change.
func TestADraftIsNotOverwrittenUnseen(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		w := s.workflow("acme", "greet", plainWorkflow)
		first := s.draft(w, `{"steps":[],"a":1}`, "")
		_, err := s.tryDraft(s.key("acme", "other"), w, `{"steps":[],"b":2}`, "")
		refused(t, err, errorsv1.Reason_REASON_CONFLICT)
		if errs.CodeOf(err) != codes.Aborted {
			t.Errorf("the code is %v", errs.CodeOf(err))
		}
		others, err := s.tryDraft(s.key("acme", "other"), w, `{"steps":[],"b":2}`, first.GetEtag())
		must(t, err)
		_, err = s.tryDraft(s.member("acme"), w, `{"steps":[],"a":3}`, first.GetEtag())
		refused(t, err, errorsv1.Reason_REASON_CONFLICT)
		read, err := s.getDraft(w)
		must(t, err)
		if !bytes.Contains(read.GetDefinition(), []byte(`"b":2`)) || read.GetAuthor() != "workspaces/acme/keys/other" || read.GetEtag() != others.GetEtag() {
			t.Errorf("the other's draft reads %v", read)
		}
		for name, err := range map[string]error{
			"discard": func() error {
				_, err := s.api.DeleteWorkflowDraft(s.member("acme"), &sharingv1.DeleteWorkflowDraftRequest{Name: draftOf(w), Etag: first.GetEtag()})
				return err
			}(),
			"publish": func() error { _, err := s.publish(w, first.GetEtag()); return err }(),
		} {
			if errs.ReasonOf(err) != errorsv1.Reason_REASON_CONFLICT {
				t.Errorf("%s with an old etag: %v", name, err)
			}
		}
		_, err = s.api.DeleteWorkflowDraft(s.member("acme"), &sharingv1.DeleteWorkflowDraftRequest{Name: draftOf(w), Etag: others.GetEtag()})
		must(t, err)
		_, err = s.tryDraft(s.member("acme"), w, `{"steps":[]}`, others.GetEtag())
		refused(t, err, errorsv1.Reason_REASON_CONFLICT) // it was discarded: an old copy does not restore it
		again := s.draft(w, `{"steps":[],"a":1}`, "")
		if again.GetEtag() == first.GetEtag() {
			t.Error("a new draft has the etag of a discarded one")
		}
	})
}

func TestASaveOfADraftWithoutAChangeWritesNothing(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		w := s.workflow("acme", "greet", plainWorkflow)
		first := s.draft(w, halfDone, "")
		s.clock.advance(time.Minute)
		again, err := s.tryDraft(s.key("acme", "other"), w, " "+halfDone+"\n", first.GetEtag())
		must(t, err)
		if again.GetEtag() != first.GetEtag() || !again.GetUpdateTime().AsTime().Equal(first.GetUpdateTime().AsTime()) || again.GetAuthor() != first.GetAuthor() {
			t.Errorf("wrote %v after %v", again, first)
		}
	})
}

func TestPublishingADraft(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		w := s.workflow("acme", "greet", plainWorkflow)
		_, err := s.publish(w, "")
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
		broken := s.draft(w, halfDone, "")
		_, err = s.publish(w, broken.GetEtag())
		refused(t, err, errorsv1.Reason_REASON_DEFINITION_INVALID)
		if kept, err := s.getDraft(w); err != nil || kept.GetEtag() != broken.GetEtag() {
			t.Errorf("after a refused publication the draft is %v, %v", kept, err)
		}
		good := s.draft(w, strings.Replace(plainWorkflow, "hello", "good day", 1), broken.GetEtag())
		live, err := s.publish(w, good.GetEtag())
		must(t, err)
		if live.GetLiveVersion() != 2 || live.GetVersionHash() != good.GetDefinitionHash() || !strings.Contains(string(live.GetDefinition()), "good day") {
			t.Errorf("published %v", live)
		}
		_, err = s.getDraft(w)
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
	})
}

// A version that was saved meanwhile is not overwritten either.
func TestADraftOfAnOldVersionIsNotPublished(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		w := s.workflow("acme", "greet", plainWorkflow)
		d := s.draft(w, strings.Replace(plainWorkflow, "hello", "good day", 1), "")
		s.save("acme", "greet", strings.Replace(plainWorkflow, "hello", "hi", 1))
		_, err := s.publish(w, d.GetEtag())
		refused(t, err, errorsv1.Reason_REASON_CONFLICT)
		_, err = s.api.UpdateWorkflowDraft(s.member("acme"), &sharingv1.UpdateWorkflowDraftRequest{Draft: &sharingv1.WorkflowDraft{
			Name: draftOf(w), Definition: d.GetDefinition(), Etag: d.GetEtag(), BaseVersion: 3,
		}})
		refused(t, err, errorsv1.Reason_REASON_INVALID_REQUEST)
		seen, err := s.api.UpdateWorkflowDraft(s.member("acme"), &sharingv1.UpdateWorkflowDraftRequest{Draft: &sharingv1.WorkflowDraft{
			Name: draftOf(w), Definition: d.GetDefinition(), Etag: d.GetEtag(), BaseVersion: 2,
		}})
		must(t, err)
		live, err := s.publish(w, seen.GetEtag())
		must(t, err)
		if live.GetLiveVersion() != 3 || !strings.Contains(string(live.GetDefinition()), "good day") {
			t.Errorf("published %v", live)
		}
	})
}

func TestAWorkflowWithoutAVersion(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		ctx := s.member("acme")
		w := s.blank("fresh")
		if w.GetLiveVersion() != 0 || len(w.GetDefinition()) != 0 {
			t.Errorf("made %v", w)
		}
		read, err := s.api.GetWorkflow(ctx, &sharingv1.GetWorkflowRequest{Name: w.GetName()})
		must(t, err)
		if read.GetLiveVersion() != 0 || read.GetEtag() != w.GetEtag() {
			t.Errorf("read %v", read)
		}
		_, err = s.own(ctx, w.GetName(), "r1")
		refused(t, err, errorsv1.Reason_REASON_NOT_PUBLISHED)
		_, err = s.tryShare("acme", "fresh", nil)
		refused(t, err, errorsv1.Reason_REASON_NOT_PUBLISHED)
		_, err = s.api.InspectWorkflow(ctx, &sharingv1.InspectWorkflowRequest{Name: w.GetName()})
		refused(t, err, errorsv1.Reason_REASON_NOT_PUBLISHED)
		renamed, err := s.api.UpdateWorkflow(ctx, &sharingv1.UpdateWorkflowRequest{
			Workflow: &sharingv1.Workflow{Name: w.GetName(), Title: "renamed"}, UpdateMask: mask("title"),
		})
		must(t, err)
		if renamed.GetLiveVersion() != 0 || renamed.GetTitle() != "renamed" {
			t.Errorf("renamed to %v", renamed)
		}
		_, err = s.api.DeleteWorkflow(ctx, &sharingv1.DeleteWorkflowRequest{Name: w.GetName()})
		must(t, err)
		_, err = s.api.UndeleteWorkflow(ctx, &sharingv1.UndeleteWorkflowRequest{Name: w.GetName()})
		must(t, err)
		d := s.draft(w, plainWorkflow, "")
		if d.GetBaseVersion() != 0 {
			t.Errorf("a draft of nothing starts from version %d", d.GetBaseVersion())
		}
		live, err := s.publish(w, d.GetEtag())
		must(t, err)
		if live.GetLiveVersion() != 1 {
			t.Errorf("published %v", live)
		}
		s.share("acme", "fresh", nil)
	})
}

func TestADraftGoesWithItsWorkflow(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		ctx := s.member("acme")
		w := s.workflow("acme", "greet", plainWorkflow)
		d := s.draft(w, halfDone, "")
		_, err := s.api.DeleteWorkflow(ctx, &sharingv1.DeleteWorkflowRequest{Name: w.GetName()})
		must(t, err)
		_, err = s.tryDraft(ctx, w, `{}`, d.GetEtag())
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
		_, err = s.publish(w, d.GetEtag())
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
		_, err = s.api.UndeleteWorkflow(ctx, &sharingv1.UndeleteWorkflowRequest{Name: w.GetName()})
		must(t, err)
		if back, err := s.getDraft(w); err != nil || back.GetEtag() != d.GetEtag() {
			t.Errorf("after the undelete the draft is %v, %v", back, err)
		}
		_, err = s.api.DeleteWorkflow(ctx, &sharingv1.DeleteWorkflowRequest{Name: w.GetName()})
		must(t, err)
		s.clock.advance(31 * 24 * time.Hour)
		loops(t, s.first)
		eventually(t, "the draft is purged", func() bool {
			var n int
			must(t, s.db.QueryRowContext(context.Background(), `SELECT COUNT(*) FROM drafts`).Scan(&n))
			return n == 0
		})
	})
}

// A version's row says how many links would be left behind by publishing another one.
func TestVersionsSayHowManyLinksArePinnedToThem(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		ctx := s.member("acme")
		w := s.workflow("acme", "greet", plainWorkflow)
		s.share("acme", "greet", nil)
		paused := s.share("acme", "greet", nil)
		_, err := s.api.PauseShare(ctx, &sharingv1.PauseShareRequest{Name: paused.GetName()})
		must(t, err)
		_, err = s.api.DeleteShare(ctx, &sharingv1.DeleteShareRequest{Name: s.share("acme", "greet", nil).GetName()})
		must(t, err)
		s.share("acme", "greet", &sharingv1.Share{FollowLive: true})
		s.save("acme", "greet", strings.Replace(plainWorkflow, "hello", "hi", 1))
		s.share("acme", "greet", nil)
		s.save("acme", "greet", plainWorkflow)
		list, err := s.api.ListWorkflowVersions(ctx, &sharingv1.ListWorkflowVersionsRequest{Parent: w.GetName()})
		must(t, err)
		var pinned []int32
		for _, v := range list.GetVersions() {
			pinned = append(pinned, v.GetPinnedShares())
		}
		if len(pinned) != 3 || pinned[0] != 0 || pinned[1] != 1 || pinned[2] != 2 {
			t.Errorf("pinned are %v, want 0, 1 and 2", pinned)
		}
	})
}

// An editor draws a definition with problems, marks each problem, and offers the outputs of
// a fitting kind.
func TestInspectionForAnEditor(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	ctx := s.member("acme")
	found, err := s.api.InspectDefinition(ctx, &sharingv1.InspectDefinitionRequest{Parent: "workspaces/acme", Definition: object(t, modelWorkflow)})
	must(t, err)
	if len(found.GetSteps()) != 1 || found.GetSteps()[0].GetName() != "detect" || len(found.GetGraph().GetNodes()) != 3 {
		t.Fatalf("found %v", found)
	}
	kinds := map[string]string{}
	for _, o := range found.GetSteps()[0].GetOutputs() {
		kinds[o.GetName()] = strings.Join(o.GetKinds(), " ")
	}
	if kinds["predictions"] != "object_detection_prediction" {
		t.Errorf("the outputs are of the kinds %v", kinds)
	}
	broken, err := s.api.InspectDefinition(ctx, &sharingv1.InspectDefinitionRequest{Parent: "workspaces/acme", Definition: object(t, halfDone)})
	must(t, err)
	var marked []string
	for _, p := range broken.GetProblems() {
		marked = append(marked, p.GetPointer()+" "+p.GetKind()+" "+p.GetStep()+" "+p.GetField())
	}
	if text := strings.Join(marked, "\n"); !strings.Contains(text, "/steps/0/type syntax_error a type") {
		t.Errorf("problems are marked at\n%s", text)
	}
	if g := broken.GetGraph(); len(g.GetNodes()) != 2 || g.GetWidth() == 0 || len(broken.GetSteps()) != 2 {
		t.Errorf("the graph of a broken definition is %v, its steps are %v", g, broken.GetSteps())
	}
	cycle := `{"version":"1.0","inputs":[],"outputs":[],"steps":[{"type":"roboflow_core/string_template@v1","name":"a","template":"x","data":{"v":"$steps.b.output"}},
		{"type":"roboflow_core/string_template@v1","name":"b","template":"x","data":{"v":"$steps.a.output"}},{"type":"roboflow_core/string_template@v1","name":"a","template":"x"}]}`
	round, err := s.api.InspectDefinition(ctx, &sharingv1.InspectDefinitionRequest{Parent: "workspaces/acme", Definition: object(t, cycle)})
	must(t, err)
	if len(round.GetGraph().GetNodes()) != 3 {
		t.Errorf("the graph of a cycle is %v", round.GetGraph())
	}
}

// A run of the draft is the owner's own run in every respect.
func TestADraftRunIsTheOwnersOwnRun(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		ctx := s.member("acme")
		s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com:443")
		w := s.workflow("acme", "caption", plainWorkflow)
		d := s.draft(w, secretWorkflow, "")
		run, err := s.runDraft(ctx, w.GetName(), "r1", d.GetEtag())
		must(t, err)
		c := s.claims(run.GetGrant())
		if run.GetVersionHash() != d.GetDefinitionHash() || run.GetPreview() || !run.GetSinksEnabled() || c.ChargedKey != "workspaces/acme/keys/main" ||
			len(c.Slots) != 1 || c.Slots[0].Credential != "workspaces/acme/credentials/llm" || c.Authority == "" || c.Share != "" {
			t.Errorf("run %v with the grant %+v", run, c)
		}
		s.finish("r1")
		listed, err := s.api.ListRuns(ctx, &sharingv1.ListRunsRequest{Parent: "workspaces/acme", Workflow: w.GetName()})
		must(t, err)
		if r := listed.GetRuns(); len(r) != 1 || !r[0].GetDraft() || r[0].GetVersion() != 0 || r[0].GetChargedKey() != "workspaces/acme/keys/main" {
			t.Errorf("listed %v", listed)
		}
		if got := s.usage("acme", "key")["workspaces/acme/keys/main"]; got != 1 {
			t.Errorf("%d runs are charged", got)
		}
		broken := s.draft(w, halfDone, d.GetEtag())
		_, err = s.runDraft(ctx, w.GetName(), "r2", broken.GetEtag())
		refused(t, err, errorsv1.Reason_REASON_DEFINITION_INVALID)
	})
}

// runDraft authorises a run of the draft of a workflow.
func (s *harness) runDraft(ctx context.Context, workflow, run, etag string) (*sharinginternalv1.AuthorizeRunResponse, error) {
	return s.runner.AuthorizeRun(ctx, &sharinginternalv1.AuthorizeRunRequest{
		Run: run, Target: &sharinginternalv1.AuthorizeRunRequest_Workflow{Workflow: workflow}, Draft: true, DraftEtag: etag,
	})
}

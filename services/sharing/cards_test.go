package sharing_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// card lists the one workflow with a text in its ID.
func (s *harness) card(text string) *sharingv1.Workflow {
	s.t.Helper()
	out, err := s.api.ListWorkflows(s.member("acme"), &sharingv1.ListWorkflowsRequest{Parent: "workspaces/acme", Text: text})
	must(s.t, err)
	if len(out.GetWorkflows()) != 1 {
		s.t.Fatalf("%q finds %v", text, out)
	}
	return out.GetWorkflows()[0]
}

// For each workflow a list shows the outline of its draft or live version, its problems, and its
// runs by day.
func TestAListOfWorkflowsShowsWhatTheyAre(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", false)
		w := s.workflow("acme", "cats", modelWorkflow)
		got := s.card("cats")
		if n := len(got.GetSketch().GetNodes()); n < 3 || len(got.GetSketch().GetEdges()) == 0 || got.GetProblems() != 0 || got.GetDraftChanged() || got.GetMissingModels() != nil {
			t.Errorf("a published workflow is listed as %v", got)
		}
		same := s.draft(w, text(t, w.GetDefinition()), "")
		if s.card("cats").GetDraftChanged() {
			t.Error("a draft like the live version counts as changed")
		}
		half := s.draft(w, halfDone, same.GetEtag())
		if got := s.card("cats"); !got.GetDraftChanged() || got.GetProblems() == 0 || len(got.GetSketch().GetNodes()) != 2 {
			t.Errorf("a workflow with half a draft is listed as %v", got)
		}
		_, err := s.api.DeleteWorkflowDraft(s.member("acme"), &sharingv1.DeleteWorkflowDraftRequest{Name: draftOf(w), Etag: half.GetEtag()})
		must(t, err)
		s.registry.remove("acme/cats/1")
		s.clock.advance(time.Hour) // longer than an answer of the registry is remembered
		if got := s.card("cats"); got.GetDraftChanged() || got.GetProblems() != 0 || !slices.Equal(got.GetMissingModels(), []string{"cats/1"}) {
			t.Errorf("a workflow without its model is listed as %v", got)
		}
		s.blank("empty")
		s.draft(s.blank("drafted"), plainWorkflow, "")
		if a, b := s.card("empty"), s.card("drafted"); len(a.GetSketch().GetNodes()) != 0 || len(b.GetSketch().GetNodes()) == 0 || !b.GetDraftChanged() {
			t.Errorf("listed as %v and %v", a, b)
		}
		var steps []string
		for i := range 100 {
			steps = append(steps, fmt.Sprintf(`{"type":"roboflow_core/string_template@v1","name":"s%d","template":"x","data":{}}`, i))
		}
		s.workflow("acme", "long", `{"version":"1.0","inputs":[],"steps":[`+strings.Join(steps, ",")+`],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.s0.output"}]}`)
		if got := s.card("long").GetSketch(); len(got.GetNodes()) != 40 || got.GetMore() != 61 {
			t.Errorf("100 steps are drawn as %d boxes and %d more", len(got.GetNodes()), got.GetMore())
		}
	})
}

func TestWorkflowsAreSortedOnTheServer(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		titles := map[string]string{"a": "Zebra", "b": "apple", "c": "", "d": "Mango", "e": "mango"}
		for _, id := range []string{"d", "b", "a", "e", "c"} {
			w := s.workflow("acme", id, plainWorkflow)
			_, err := s.api.UpdateWorkflow(s.member("acme"), &sharingv1.UpdateWorkflowRequest{
				Workflow: &sharingv1.Workflow{Name: w.GetName(), Title: titles[id]}, UpdateMask: mask("title"),
			})
			must(t, err)
			s.clock.advance(time.Minute)
		}
		run := func(workflow, id string) {
			_, err := s.own(s.member("acme"), "workspaces/acme/workflows/"+workflow, id)
			must(t, err)
			s.finish(id)
		}
		run("e", "old")
		s.clock.advance(8 * 24 * time.Hour)
		run("b", "r1")
		s.clock.advance(24 * time.Hour)
		run("b", "r2")
		run("d", "r3")
		for by, want := range map[string]string{"": "abcde", "title": "bcdea", "update_time desc": "ceabd", "runs desc": "bdace"} {
			got, token := "", ""
			for first := true; first || token != ""; first = false {
				page, err := s.api.ListWorkflows(s.member("acme"), &sharingv1.ListWorkflowsRequest{Parent: "workspaces/acme", PageSize: 2, PageToken: token, OrderBy: by})
				must(t, err)
				if n := page.GetTotalSize(); first && n != 5 || !first && n != 0 {
					t.Errorf("total of a page by %q: %d", by, n)
				}
				for _, w := range page.GetWorkflows() {
					got += w.GetName()[len("workspaces/acme/workflows/"):]
				}
				token = page.GetNextPageToken()
			}
			if got != want {
				t.Errorf("by %q: %s, want %s", by, got, want)
			}
		}
		if got := s.card("apple").GetDailyRuns(); !slices.Equal(got, []int64{0, 0, 0, 0, 0, 1, 1}) {
			t.Errorf("runs by day: %v", got)
		}
		first, err := s.api.ListWorkflows(s.member("acme"), &sharingv1.ListWorkflowsRequest{Parent: "workspaces/acme", PageSize: 1, OrderBy: "title"})
		must(t, err)
		_, err = s.api.ListWorkflows(s.member("acme"), &sharingv1.ListWorkflowsRequest{Parent: "workspaces/acme", PageToken: first.GetNextPageToken()})
		refused(t, err, errorsv1.Reason_REASON_PAGE_TOKEN_INVALID)
	})
}

// A credential that a draft or a version names and that does not exist is shown in a list. An
// owner who deletes one sees where it is missing.
func TestAListOfWorkflowsNamesMissingCredentials(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		const name = "workspaces/acme/credentials/llm"
		s.vault.set(func() { s.vault.credentials[name] = &vaultv1.Credential{Name: name} })
		w := s.workflow("acme", "caption", secretWorkflow)
		if got := s.card("caption"); got.GetMissingCredentials() != nil {
			t.Errorf("with its credential: %v", got)
		}
		d := s.draft(w, strings.ReplaceAll(secretWorkflow, "$credentials.llm", "$credentials.gone"), "")
		if got := s.card("caption").GetMissingCredentials(); !slices.Equal(got, []string{"gone"}) {
			t.Errorf("a draft with an unknown credential: %v", got)
		}
		_, err := s.api.DeleteWorkflowDraft(s.member("acme"), &sharingv1.DeleteWorkflowDraftRequest{Name: draftOf(w), Etag: d.GetEtag()})
		must(t, err)
		s.vault.set(func() { delete(s.vault.credentials, name) })
		s.clock.advance(time.Hour) // longer than an answer of the vault is remembered
		if got := s.card("caption").GetMissingCredentials(); !slices.Equal(got, []string{"llm"}) {
			t.Errorf("a version without its credential: %v", got)
		}
		s.vault.set(func() { s.vault.down = true })
		s.clock.advance(time.Hour)
		if got := s.card("caption").GetMissingCredentials(); got != nil {
			t.Errorf("while the vault is away: %v", got)
		}
	})
}

// What was saved before lists had sketches, or before a sketch named credentials, is drawn when
// it is listed, and once.
func TestOldDefinitionsAreDrawnWhenTheyAreListed(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "caption", secretWorkflow)
		s.draft(s.blank("drafted"), halfDone, "")
		both := s.workflow("acme", "both", plainWorkflow)
		s.draft(both, halfDone, "")
		ids := []string{"caption", "drafted", "both"}
		var want []*sharingv1.Workflow
		for _, id := range ids {
			want = append(want, s.card(id))
		}
		for _, aged := range []string{`DELETE FROM sketches`, `UPDATE sketches SET outline = NULL, problems = 0, credentials = NULL`} {
			s.exec(aged)
			for i, id := range ids {
				for _, again := range []bool{false, true} {
					if got := s.card(id); !proto.Equal(got, want[i]) {
						t.Errorf("%s after %s (again: %v): %v, want %v", id, aged, again, got, want[i])
					}
				}
			}
			if n := s.rows(`SELECT COUNT(*) FROM sketches WHERE credentials IS NOT NULL AND outline IS NOT NULL`); n != 4 {
				t.Errorf("%d sketches are stored after %s", n, aged)
			}
		}
		var steps []string
		for i := range 30 {
			steps = append(steps, s.workflow("acme", fmt.Sprintf("old-%d", i), plainWorkflow).GetName())
		}
		s.exec(`DELETE FROM sketches`)
		drawn := func() int64 { return s.rows(`SELECT COUNT(*) FROM sketches`) }
		list := func() {
			_, err := s.api.ListWorkflows(s.member("acme"), &sharingv1.ListWorkflowsRequest{Parent: "workspaces/acme", PageSize: 100})
			must(t, err)
		}
		if list(); drawn() != 25 {
			t.Errorf("one listing draws %d", drawn())
		}
		if list(); drawn() != int64(len(steps)+4) {
			t.Errorf("two listings draw %d", drawn())
		}
	})
}

func (s *harness) exec(statement string) {
	s.t.Helper()
	must(s.t, s.db.Tx(s.t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(s.t.Context(), statement)
		return err
	}))
}

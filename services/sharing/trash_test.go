package sharing_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// An undelete and the purge of the same workflow at the same time leave it whole or gone.
// Half a workflow would be a row without its version, which fails every read, or rows that
// no name leads to, which no sweep would find.
func TestUndeleteAndPurgeAtTheSameTime(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		ctx := s.member("acme")
		var tokens []string
		for i := range 24 {
			id := fmt.Sprintf("greet-%d", i)
			s.workflow("acme", id, plainWorkflow)
			tokens = append(tokens, s.share("acme", id, nil).GetToken())
			_, err := s.api.DeleteWorkflow(ctx, &sharingv1.DeleteWorkflowRequest{Name: "workspaces/acme/workflows/" + id})
			must(t, err)
		}
		s.clock.advance(31 * 24 * time.Hour)
		undeleted := make([]error, len(tokens))
		var all sync.WaitGroup
		loops(t, s.first, s.replica(s.openDB(), s.redis)) // each empties the trash when it starts
		for i := range tokens {
			all.Go(func() {
				_, undeleted[i] = s.api.UndeleteWorkflow(ctx, &sharingv1.UndeleteWorkflowRequest{Name: fmt.Sprintf("workspaces/acme/workflows/greet-%d", i)})
			})
		}
		all.Wait()
		eventually(t, "the trash is emptied", func() bool { return s.rows(`SELECT COUNT(*) FROM workflows WHERE delete_time <> 0`) == 0 })
		var whole int64
		for i, err := range undeleted {
			switch code := errs.CodeOf(err); code {
			case codes.OK:
				whole++
				s.isWhole(fmt.Sprintf("workspaces/acme/workflows/greet-%d", i), tokens[i])
			case codes.NotFound, codes.Aborted: // it was gone before the undelete read it, or before it wrote it
			default:
				t.Errorf("undelete: %v", err)
			}
		}
		for _, table := range []string{"workflows", "versions", "shares"} {
			if n := s.rows(`SELECT COUNT(*) FROM ` + table); n != whole {
				t.Errorf("%d rows in %s, want %d: one for each workflow that was undeleted", n, table, whole)
			}
		}
	})
}

// An editor purges a workflow that was never published, as the trial of a model is, and no other.
// A viewer purges none.
func TestAnEditorPurgesWhatWasNeverPublished(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		as := func(kind caller.Kind) context.Context {
			return s.as(caller.Principal{Kind: kind, Workspace: "acme", Key: "workspaces/acme/keys/theirs"})
		}
		editor, name := as(caller.Editor), "workspaces/acme/workflows/trial"
		_, err := s.api.CreateWorkflow(editor, &sharingv1.CreateWorkflowRequest{Parent: "workspaces/acme", WorkflowId: "trial", Workflow: &sharingv1.Workflow{Title: "Try"}})
		must(t, err)
		_, err = s.api.UpdateWorkflowDraft(editor, &sharingv1.UpdateWorkflowDraftRequest{Draft: &sharingv1.WorkflowDraft{Name: name + "/draft", Definition: []byte(plainWorkflow)}})
		must(t, err)
		purge := func(ctx context.Context, name string) error {
			_, err := s.api.PurgeWorkflow(ctx, &sharingv1.PurgeWorkflowRequest{Name: name})
			return err
		}
		refused(t, purge(editor, name), errorsv1.Reason_REASON_IN_USE)
		_, err = s.api.DeleteWorkflow(editor, &sharingv1.DeleteWorkflowRequest{Name: name})
		must(t, err)
		refused(t, purge(as(caller.Viewer), name), errorsv1.Reason_REASON_PERMISSION_DENIED)
		must(t, purge(editor, name))
		if n := s.rows(`SELECT COUNT(*) FROM workflows`) + s.rows(`SELECT COUNT(*) FROM drafts`); n != 0 {
			t.Errorf("%d rows are left of the workflow", n)
		}
	})
}

// Only an owner destroys a workflow with versions, only in the trash, and then its link, its versions and
// its draft are gone. Its runs stay, because they are charges.
func TestPurgeAWorkflow(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		owner, name := s.member("acme"), "workspaces/acme/workflows/greet"
		s.workflow("acme", "greet", plainWorkflow)
		s.workflow("acme", "other", plainWorkflow)
		token := s.share("acme", "greet", nil).GetToken()
		_, err := s.own(owner, name, "r1")
		must(t, err)
		s.finish("r1")
		purge := func(ctx context.Context) error {
			_, err := s.api.PurgeWorkflow(ctx, &sharingv1.PurgeWorkflowRequest{Name: name})
			return err
		}
		refused(t, purge(owner), errorsv1.Reason_REASON_IN_USE)
		trash := func() []*sharingv1.Workflow {
			out, err := s.api.ListWorkflows(owner, &sharingv1.ListWorkflowsRequest{Parent: "workspaces/acme", OnlyDeleted: true})
			must(t, err)
			return out.GetWorkflows()
		}
		if got := trash(); len(got) != 0 {
			t.Errorf("in the trash before a deletion: %v", got)
		}
		deleted, err := s.api.DeleteWorkflow(owner, &sharingv1.DeleteWorkflowRequest{Name: name})
		must(t, err)
		got := trash()
		if len(got) != 1 || got[0].GetName() != name || !got[0].GetPurgeTime().AsTime().Equal(deleted.GetDeleteTime().AsTime().Add(30*24*time.Hour)) {
			t.Fatalf("in the trash: %v", got)
		}
		for _, kind := range []caller.Kind{caller.Editor, caller.Viewer} {
			by := caller.Principal{Kind: kind, Workspace: "acme", Key: "workspaces/acme/keys/theirs"}
			refused(t, purge(s.as(by)), errorsv1.Reason_REASON_PERMISSION_DENIED)
		}
		must(t, purge(owner))
		if len(trash()) != 0 || errs.CodeOf(purge(owner)) != codes.NotFound {
			t.Error("the workflow is still in the trash")
		}
		_, err = s.preview(s.guest("g"), token, "r2")
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
		if v, sh := s.rows(`SELECT COUNT(*) FROM versions`), s.rows(`SELECT COUNT(*) FROM shares`); v != 1 || sh != 0 {
			t.Errorf("%d versions and %d shares are left, want those of the other workflow", v, sh)
		}
		if run := s.run("acme", "r1"); len(run.GetCharges()) != 1 {
			t.Errorf("the run after the purge: %v", run)
		}
	})
}

// A workflow whose link used the owner's credentials can be purged right after it was
// deleted: the grant is withdrawn first.
func TestPurgeWithdrawsGrants(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.caption()
		share := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER})
		s.vault.set(func() { s.vault.down = true })
		_, err := s.api.DeleteWorkflow(s.member("acme"), &sharingv1.DeleteWorkflowRequest{Name: "workspaces/acme/workflows/caption"})
		must(t, err)
		purge := func() error {
			_, err := s.api.PurgeWorkflow(s.member("acme"), &sharingv1.PurgeWorkflowRequest{Name: "workspaces/acme/workflows/caption"})
			return err
		}
		if err := purge(); errs.CodeOf(err) != codes.Unavailable {
			t.Errorf("purged while the grant cannot be withdrawn: %v", err)
		}
		s.vault.set(func() { s.vault.down = false })
		must(t, purge())
		if g := s.vault.grant(share.GetName()); g != nil {
			t.Errorf("the grant is left: %v", g)
		}
	})
}

// isWhole checks that a workflow, its version and its link can be read.
func (s *harness) isWhole(name, token string) {
	s.t.Helper()
	ctx := s.member("acme")
	if w, err := s.api.GetWorkflow(ctx, &sharingv1.GetWorkflowRequest{Name: name}); err != nil || len(w.GetDefinition()) == 0 {
		s.t.Errorf("%s was undeleted, and reads as %v, %v", name, w, err)
	}
	if _, err := s.preview(s.guest("g"), token, "run-of-"+token); err != nil {
		s.t.Errorf("%s was undeleted, and its link fails: %v", name, err)
	}
}

// rows reads a count.
func (s *harness) rows(query string) (n int64) {
	s.t.Helper()
	must(s.t, s.db.QueryRowContext(context.Background(), query).Scan(&n))
	return n
}

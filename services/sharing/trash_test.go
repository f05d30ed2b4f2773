package sharing_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
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

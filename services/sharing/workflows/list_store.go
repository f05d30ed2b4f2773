package workflows

import (
	"context"

	"golang.org/x/sync/errgroup"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// listed is a workflow with the number of its links. hidden counts those active ones that use
// credentials of the owner: the vault may have suspended them.
type listed struct {
	Workflow
	active, paused, hidden int64
}

// selection says which workflows of a workspace a listing has.
type selection struct {
	text    string // in the title or the ID
	deleted bool   // also those in the trash
	trash   bool   // only those in the trash
	now     int64  // microseconds; links that expired before are not active
}

// list returns the workflows with IDs after the given one. The number of links comes from
// the index of the shares by workflow.
func (s Store) list(ctx context.Context, ws, after string, which selection, limit int) ([]listed, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+workflowColumns+`,
		(SELECT COUNT(*) FROM shares s WHERE s.workflow = w.uid AND s.workspace = w.workspace AND s.state = $1 AND (s.expire_time = 0 OR s.expire_time > $8)),
		(SELECT COUNT(*) FROM shares s WHERE s.workflow = w.uid AND s.workspace = w.workspace AND s.state = $2),
		(SELECT COUNT(*) FROM shares s WHERE s.workflow = w.uid AND s.workspace = w.workspace AND s.state = $1 AND s.credential_access = $9 AND (s.expire_time = 0 OR s.expire_time > $8))
		FROM workflows w WHERE workspace = $3 AND id > $4 AND ($5 OR delete_time = 0) AND (NOT $10 OR delete_time <> 0)
		AND ($6 = '%%' OR LOWER(title) LIKE $6 ESCAPE '!' OR id LIKE $6 ESCAPE '!') ORDER BY id LIMIT $7`,
		int64(sharingv1.ShareState_SHARE_STATE_ACTIVE), int64(sharingv1.ShareState_SHARE_STATE_PAUSED),
		ws, after, which.deleted || which.trash, sqldb.Containing(which.text), limit, which.now, int64(sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER),
		which.trash)
	return sqldb.All(rows, err, scanListed)
}

func scanListed(r sqldb.Scanner) (l listed, err error) {
	err = r.Scan(
		&l.UID, &l.Workspace, &l.ID, &l.Title, &l.Description, &l.Live, &l.Revision, &l.ForkedFrom,
		&l.Created, &l.Updated, &l.Deleted, &l.active, &l.paused, &l.hidden,
	)
	return l, err
}

// suspendedAtOnce is how many workflows of a listing are looked at in the vault at a time.
const suspendedAtOnce = 8

// leaveOutSuspended subtracts the links that the vault has suspended. It asks the vault only
// about workflows with active links that use hidden credentials.
func (s *Workflows) leaveOutSuspended(ctx context.Context, rows []listed) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(suspendedAtOnce)
	for i := range rows {
		if rows[i].hidden == 0 {
			continue
		}
		g.Go(func() error {
			n, err := s.dependents.SuspendedActive(ctx, rows[i].Workflow)
			rows[i].active -= n
			return err
		})
	}
	return g.Wait()
}

func (l listed) message() *sharingv1.Workflow {
	out := l.Workflow.message(nil)
	out.ActiveShares, out.PausedShares = int32(l.active), int32(l.paused)
	return out
}

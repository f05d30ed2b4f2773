package workflows

import (
	"context"
	"database/sql"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// TrashLife is how long a deleted workflow can be undeleted.
const TrashLife = 30 * 24 * time.Hour

// Trashed lists workflows that were deleted after one position and before a time, oldest
// first. The zero Workflow is the position before the first.
func (s Store) Trashed(ctx context.Context, after Workflow, before int64, limit int) ([]Workflow, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+workflowColumns+` FROM workflows
		WHERE delete_time <> 0 AND delete_time < $1 AND (delete_time, uid) > ($2, $3) ORDER BY delete_time, uid LIMIT $4`,
		before, after.Deleted, after.UID, limit)
	return sqldb.All(rows, err, scanWorkflow)
}

// Purge deletes a workflow with its versions and its draft, unless it was undeleted since it was read.
// The workflow goes first: its row is locked from then on, so that a concurrent undelete
// waits, and finds nothing or everything.
func (s Store) Purge(ctx context.Context, tx *sql.Tx, w Workflow) (bool, error) {
	gone, err := sqldb.Changed(tx.ExecContext(ctx, `DELETE FROM workflows WHERE uid = $1 AND delete_time = $2`, w.UID, w.Deleted))
	if err != nil || !gone {
		return false, err
	}
	if _, err = tx.ExecContext(ctx, `DELETE FROM versions WHERE workflow = $1`, w.UID); err != nil {
		return false, err
	}
	if _, err = tx.ExecContext(ctx, `DELETE FROM sketches WHERE workflow = $1`, w.UID); err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM drafts WHERE workflow = $1`, w.UID)
	return true, err
}

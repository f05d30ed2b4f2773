package shares

import (
	"context"
	"database/sql"

	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// Uncover ends the use of grants by all shares of a workflow: after an undelete the
// owner has to confirm again. It changes every row, so that a concurrent edit of a share
// fails.
func Uncover(ctx context.Context, tx *sql.Tx, w workflows.Workflow) error {
	_, err := tx.ExecContext(ctx, `UPDATE shares SET granted_hash = '', update_time = update_time + 1,
		grant_doubt = CASE WHEN grant_doubt = 0 AND granted_hash <> '' THEN CAST($1 AS BIGINT) ELSE grant_doubt END
		WHERE workflow = $2 AND workspace = $3`, w.Updated, w.UID, w.Workspace)
	return err
}

package ledger

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// runCursor is the position after a page of runs.
type runCursor struct {
	Start int64  `json:"s"`
	ID    string `json:"i"`
}

// runFilter selects runs of a listing.
type runFilter struct {
	workspace, workflow, share, shareUID string
	state                                int64  // 0 selects all
	key                                  string // the name of the charged key
}

// list returns runs that a workspace owns or pays for, newest first.
func (s Store) list(ctx context.Context, f runFilter, before runCursor, limit int) ([]Run, error) {
	// Each half uses an index of its own. The second excludes the rows of the first.
	const filter = ` AND (start_time, id) < ($2, $3)
		AND ($4 = '' OR owner_workspace = $1 AND workflow_id = $4)
		AND ($5 = '' OR owner_workspace = $1 AND share_id = $5) AND ($6 = '' OR share = $6)
		AND ($8 = 0 OR state = $8) AND ($9 = '' OR charged_workspace = $1 AND charged_key = $9)
		ORDER BY start_time DESC, id DESC LIMIT $7`
	rows, err := s.db.QueryContext(ctx, `SELECT * FROM (
			SELECT * FROM (SELECT `+runColumns+` FROM runs WHERE owner_workspace = $1`+filter+`) AS o
			UNION ALL
			SELECT * FROM (SELECT `+runColumns+` FROM runs WHERE charged_workspace = $1 AND owner_workspace <> $1`+filter+`) AS c
		) AS a ORDER BY start_time DESC, id DESC LIMIT $7`,
		f.workspace, before.Start, before.ID, f.workflow, f.share, f.shareUID, limit, f.state, f.key)
	return sqldb.All(rows, err, scanRun)
}

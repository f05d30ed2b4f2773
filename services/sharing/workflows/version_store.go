package workflows

import (
	"context"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// listedVersion is a version without its definition, and the number of links that are
// pinned to it.
type listedVersion struct {
	Version
	pinned int64
}

// versions returns the versions before a number, newest first. The links are counted in one
// pass, however many versions there are. A revoked link counts no more.
func (s Store) versions(ctx context.Context, w Workflow, before int64, limit int) ([]listedVersion, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT v.workflow, v.number, v.hash, v.author, v.create_time, COALESCE(s.pinned, 0) FROM versions v
		LEFT JOIN (SELECT version, COUNT(*) AS pinned FROM shares
			WHERE workflow = $1 AND workspace = $2 AND NOT follow_live AND state <> $3 GROUP BY version) s ON s.version = v.number
		WHERE v.workflow = $1 AND v.number < $4 ORDER BY v.number DESC LIMIT $5`,
		w.UID, w.Workspace, int64(sharingv1.ShareState_SHARE_STATE_REVOKED), before, limit)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (v listedVersion, err error) {
		err = r.Scan(&v.Workflow, &v.Number, &v.Hash, &v.Author, &v.Created, &v.pinned)
		return v, err
	})
}

func (v listedVersion) message(w Workflow) *sharingv1.WorkflowVersion {
	out := v.Version.message(w)
	out.PinnedShares = int32(v.pinned)
	return out
}

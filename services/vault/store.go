package vault

import (
	"context"
	"database/sql"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// store is the rows of the vault. Every query names the workspace of the rows. The few that start from a
// key's hash, a share or a run return it.
type store struct{ db *sqldb.DB }

func newStore(db *sqldb.DB) *store { return &store{db: db} }

// tx runs what belongs together: a change and the audit event that tells of it.
func (s *store) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	return s.db.Tx(ctx, fn)
}

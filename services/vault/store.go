package vault

import (
	"context"
	"database/sql"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
)

// store is the vault's rows. Every query names the workspace that the rows
// belong to; the few that start from a key's hash, a share or a run return it.
// The rows of each resource stand in its own file (store_*.go).
type store struct {
	db       *sqldb.DB
	attempts *attempts.Store
}

func newStore(db *sqldb.DB) *store { return &store{db: db, attempts: attempts.NewStore(db)} }

// tx runs what belongs together: a change and the audit event that tells of it.
func (s *store) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	return s.db.Tx(ctx, fn)
}

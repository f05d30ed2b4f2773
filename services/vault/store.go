package vault

import (
	"context"
	"database/sql"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// store is the vault's rows. Every query names the workspace that the rows
// belong to; the few that start from a key's hash, a share or a run return it.
// The rows of each resource stand in its own file (store_*.go).
type store struct {
	db *sqldb.DB
	// insertTexts are the statements that write intents, by how many.
	insertTexts map[int]string
}

func newStore(db *sqldb.DB) *store {
	s := &store{db: db, insertTexts: make(map[int]string)}
	for n := 1; n <= maxIntents; n *= 4 {
		s.insertTexts[n] = insertText(n)
	}
	return s
}

// tx runs what belongs together: a change and the audit event that tells of it.
func (s *store) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	return s.db.Tx(ctx, fn)
}

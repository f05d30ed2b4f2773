package sessions

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/tokens"
)

// Sessions are the sessions of all workspaces.
type Sessions struct {
	db  *sqldb.DB
	log *audit.Log
	bus *revocation.Bus
	now func() time.Time
}

// New returns the sessions of a database.
func New(db *sqldb.DB, log *audit.Log, bus *revocation.Bus, now func() time.Time) *Sessions {
	return &Sessions{db: db, log: log, bus: bus, now: now}
}

// Present returns the session of a presented token, and renews it. An unknown, an expired and an ended
// session get the same answer, as does one whose key was revoked.
func (s *Sessions) Present(ctx context.Context, token secret.Secret) (Session, error) {
	now := sqldb.Micros(s.now())
	found, err := byHash(ctx, s.db, tokens.Hash(token), now)
	switch {
	case errors.Is(err, sqldb.ErrNoRow):
		return Session{}, Ended(err)
	case err != nil:
		return Session{}, err
	case now-found.useTime < renewEvery.Microseconds():
		return found, nil
	}
	found.use(now)
	return found, s.db.Tx(ctx, func(tx *sql.Tx) error { return renew(ctx, tx, found) })
}

// Ended is the error for a session that nobody can use.
func Ended(cause error) error {
	return errs.Unauthenticated("the session has ended: sign in again").Because(cause)
}

// Sweep deletes sessions and codes that have expired or whose key has ended.
func (s *Sessions) Sweep(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error { return sweep(ctx, tx, sqldb.Micros(s.now())) })
}

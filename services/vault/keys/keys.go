package keys

import (
	"context"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/recent"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// Guest is the id of the key that runs of visitors without a key are charged to.
const Guest = "guest"

// maxRecent bounds the cached keys.
const maxRecent = 8192

// Keys are the keys of all workspaces. It caches the rows that calls rest on for recent.MaxAge.
type Keys struct {
	db         *sqldb.DB
	workspaces *workspaces.Store
	log        *audit.Log
	bus        *revocation.Bus
	now        func() time.Time
	cache      *recent.Cache[*Key] // nil for a key that does not exist
}

// New returns the keys of a database. Cached rows are dropped when the bus names their key.
func New(db *sqldb.DB, ws *workspaces.Store, log *audit.Log, bus *revocation.Bus, now func() time.Time) *Keys {
	k := &Keys{db: db, workspaces: ws, log: log, bus: bus, now: now, cache: recent.New[*Key](now, maxRecent)}
	bus.Subscribe(func(_ revocation.Verb, subject string) { k.cache.Drop(subject) })
	return k
}

// current is a key as it was at most recent.MaxAge ago; nil if there is none.
func (k *Keys) current(ctx context.Context, name string) (*Key, error) {
	ws, id, ok := resource.Split(name, "keys")
	if !ok {
		return nil, nil
	}
	return k.cache.Get(ctx, revocation.Key(name), func(ctx context.Context) (*Key, error) {
		return sqldb.OrNil(row(ctx, k.db, ws, id))
	})
}

// Alive returns an error if a key was revoked or does not exist.
func (k *Keys) Alive(ctx context.Context, name string) error {
	row, err := k.current(ctx, name)
	if err != nil {
		return err
	}
	if row == nil || row.RevokeTime.Valid {
		return errs.Aborted(errorsv1.Reason_REASON_RUN_REVOKED, "the key that this run is charged to was revoked")
	}
	return nil
}

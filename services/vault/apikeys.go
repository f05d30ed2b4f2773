package vault

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

// guestKey is the id of the key that visitors without a key are charged to.
const guestKey = "guest"

// maxRecent2 bounds the cached keys.
const maxRecent2 = 8192

// keyName is the resource name of a key.
func keyName(ws, key string) string { return "workspaces/" + ws + "/keys/" + key }

// apiKeys are the keys of all workspaces. Rows that a call rests on are cached for recent.MaxAge.
type apiKeys struct {
	db         *sqldb.DB
	workspaces *workspaces.Store
	log        *audit.Log
	bus        *revocation.Bus
	now        func() time.Time
	cache      *recent.Cache[*apiKey] // nil for a key that does not exist
}

// newAPIKeys returns the keys of a database. Cached rows are dropped when the bus names their key.
func newAPIKeys(db *sqldb.DB, ws *workspaces.Store, log *audit.Log, bus *revocation.Bus, now func() time.Time) *apiKeys {
	k := &apiKeys{db: db, workspaces: ws, log: log, bus: bus, now: now, cache: recent.New[*apiKey](now, maxRecent2)}
	bus.Subscribe(func(_ revocation.Verb, subject string) { k.cache.Drop(subject) })
	return k
}

// current is a key as it was at most recent.MaxAge ago; nil if there is none.
func (k *apiKeys) current(ctx context.Context, name string) (*apiKey, error) {
	ws, id, ok := resource.Split(name, "keys")
	if !ok {
		return nil, nil
	}
	return k.cache.Get(ctx, revocation.Key(name), func(ctx context.Context) (*apiKey, error) {
		return sqldb.OrNil(key(ctx, k.db, ws, id))
	})
}

// alive refuses a run whose key was revoked.
func (k *apiKeys) alive(ctx context.Context, name string) error {
	row, err := k.current(ctx, name)
	if err != nil {
		return err
	}
	if row == nil || row.revokeTime.Valid {
		return errs.Aborted(errorsv1.Reason_REASON_RUN_REVOKED, "the key that this run is charged to was revoked")
	}
	return nil
}

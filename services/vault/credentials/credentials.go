package credentials

import (
	"context"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/recent"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// maxRecent bounds the cached credentials.
const maxRecent = 8192

// Credentials are the credentials of all workspaces. It caches the rows that calls rest on for recent.MaxAge.
type Credentials struct {
	db         *sqldb.DB
	workspaces *workspaces.Store
	log        *audit.Log
	bus        *revocation.Bus
	kek        *envelope.KEK
	sealer     *envelope.Sealer
	rules      *egress.Rules
	now        func() time.Time
	cache      *recent.Cache[*Sealed] // nil for a credential that does not exist
}

// Deps is what credentials need. All fields are required.
type Deps struct {
	DB         *sqldb.DB
	Workspaces *workspaces.Store
	Log        *audit.Log
	Bus        *revocation.Bus
	KEK        *envelope.KEK
	Sealer     *envelope.Sealer
	Rules      *egress.Rules // which destinations the operator allows
	Now        func() time.Time
}

// New returns the credentials of a database. Cached rows are dropped when the bus names their
// credential.
func New(d Deps) *Credentials {
	s := &Credentials{
		db: d.DB, workspaces: d.Workspaces, log: d.Log, bus: d.Bus, kek: d.KEK, sealer: d.Sealer, rules: d.Rules, now: d.Now,
		cache: recent.New[*Sealed](d.Now, maxRecent),
	}
	d.Bus.Subscribe(func(_ revocation.Verb, subject string) { s.cache.Drop(subject) })
	return s
}

// Current is a credential as it was at most recent.MaxAge ago; nil if there is none.
func (s *Credentials) Current(ctx context.Context, name string) (*Sealed, error) {
	ws, id, ok := resource.Split(name, "credentials")
	if !ok {
		return nil, nil
	}
	return s.cache.Get(ctx, revocation.Credential(name), func(ctx context.Context) (*Sealed, error) {
		return sqldb.OrNil(s.sealedCredential(ctx, ws, id))
	})
}

// Open opens the value of a credential. The caller destroys it.
func (s *Credentials) Open(ctx context.Context, c *Sealed) (secret.Secret, error) {
	return s.sealer.Open(ctx, c.workspace, c.binding(), c.sealed)
}

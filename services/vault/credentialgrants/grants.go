package credentialgrants

import (
	"context"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/recent"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/exposure"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// maxRecent bounds the cached grants and counts.
const maxRecent = 8192

// Grants are the credential grants of all shares. It caches the rows that calls rest on for recent.MaxAge.
type Grants struct {
	db          *sqldb.DB
	credentials *credentials.Credentials
	uses        *attempts.Store
	memory      *exposure.Memory
	log         *audit.Log
	bus         *revocation.Bus
	now         func() time.Time
	counters    *counters
	cache       *recent.Cache[*Grant] // nil for a share without a grant
}

// Deps is what grants need. All fields are required.
type Deps struct {
	DB          *sqldb.DB
	Redis       *redisx.Client
	Credentials *credentials.Credentials
	Uses        *attempts.Store
	Memory      *exposure.Memory
	Log         *audit.Log
	Bus         *revocation.Bus
	Now         func() time.Time
}

// New returns the grants of a database. Cached rows are dropped when the bus names their share.
func New(d Deps) *Grants {
	s := &Grants{
		db: d.DB, credentials: d.Credentials, uses: d.Uses, memory: d.Memory, log: d.Log, bus: d.Bus, now: d.Now,
		counters: &counters{redis: d.Redis, known: recent.New[int64](d.Now, maxRecent)},
		cache:    recent.New[*Grant](d.Now, maxRecent),
	}
	d.Bus.Subscribe(func(_ revocation.Verb, subject string) { s.cache.Drop(subject) })
	return s
}

// Current is the grant of a share as it was at most recent.MaxAge ago; nil if there is none.
func (s *Grants) Current(ctx context.Context, workspace, share string) (*Grant, error) {
	return s.cache.Get(ctx, revocation.Grant(share), func(ctx context.Context) (*Grant, error) {
		return grantRow(ctx, s.db, workspace, share)
	})
}

// Spend marks an attempt of a run as used and takes one call; see counters.spend.
func (s *Grants) Spend(ctx context.Context, run string, attempt []string, q *Quota) (unused, left bool, err error) {
	return s.counters.spend(ctx, append([]string{run, "used"}, attempt...), q)
}

// GiveBack undoes one count of a call that was not made.
func (s *Grants) GiveBack(ctx context.Context, q Quota) error { return s.counters.giveBack(ctx, q) }

// Left returns an error if a quota is used up. Its count may be recent.MaxAge old; only Spend decides.
func (s *Grants) Left(ctx context.Context, q Quota) error {
	used, err := s.counters.about(ctx, q)
	if err != nil {
		return err
	}
	if used >= q.calls {
		return s.Exhausted(q)
	}
	return nil
}

// shareWorkspace is the workspace of a share's resource name,
// "workspaces/{ws}/workflows/{wf}/shares/{share}"; "" for any other name.
func shareWorkspace(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) != 6 || parts[0] != "workspaces" || parts[2] != "workflows" || parts[4] != "shares" {
		return ""
	}
	for _, p := range parts {
		if p == "" {
			return ""
		}
	}
	return parts[1]
}

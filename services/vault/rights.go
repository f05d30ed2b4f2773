package vault

import (
	"context"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/recent"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// maxRecent bounds each cache of rights.
const maxRecent = 8192

// rights are the rows that a call rests on, read no longer than recent.MaxAge ago.
// A nil row is one that does not exist, and is remembered like the others.
type rights struct {
	store    *store
	attempts *attempts.Store
	ended    *recent.Cache[bool]
}

func newRights(s *store, a *attempts.Store, now func() time.Time) *rights {
	return &rights{
		store: s, attempts: a,
		ended: recent.New[bool](now, maxRecent),
	}
}

func (r *rights) runEnded(ctx context.Context, run string) (bool, error) {
	return r.ended.Get(ctx, revocation.Run(run), func(ctx context.Context) (bool, error) { return r.attempts.RunEnded(ctx, run) })
}

// forget drops the cached rows of a subject.
func (r *rights) forget(_ revocation.Verb, subject string) {
	r.ended.Drop(subject)
}

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
	grants   *recent.Cache[*credentialGrant]
	ended    *recent.Cache[bool]
}

func newRights(s *store, a *attempts.Store, now func() time.Time) *rights {
	return &rights{
		store: s, attempts: a,
		grants: recent.New[*credentialGrant](now, maxRecent), ended: recent.New[bool](now, maxRecent),
	}
}

func (r *rights) grant(ctx context.Context, workspace, share string) (*credentialGrant, error) {
	return r.grants.Get(ctx, revocation.Grant(share), func(ctx context.Context) (*credentialGrant, error) {
		return grantRow(ctx, r.store.db, workspace, share)
	})
}

func (r *rights) runEnded(ctx context.Context, run string) (bool, error) {
	return r.ended.Get(ctx, revocation.Run(run), func(ctx context.Context) (bool, error) { return r.attempts.RunEnded(ctx, run) })
}

// forget drops the cached rows of a subject.
func (r *rights) forget(_ revocation.Verb, subject string) {
	r.grants.Drop(subject)
	r.ended.Drop(subject)
}

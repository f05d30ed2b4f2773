package credentialgrants

import (
	"context"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/period"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Exhausted is the error of a call that a quota does not allow.
func (s *Grants) Exhausted(q Quota) error {
	e := errs.ResourceExhausted(errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED,
		"the limit on calls with the owner's hidden credentials is used up; wait for the next period, or ask the owner to raise it")
	if end := period.End(q.period, s.now()); !end.IsZero() {
		e = e.With("reset_time", end.Format(time.RFC3339)).RetryAfter(end.Sub(s.now()))
	}
	return e
}

// Quota is the quota of a grant in the current period.
func (s *Grants) Quota(g *Grant) *Quota {
	p := vaultv1.Period(g.period)
	start := period.Start(p, s.now())
	return &Quota{
		share: g.share, calls: g.calls, start: start, period: p,
		used: func(ctx context.Context) (int64, error) {
			return s.uses.CallsSince(ctx, g.Workspace, g.share, sqldb.Micros(start))
		},
	}
}

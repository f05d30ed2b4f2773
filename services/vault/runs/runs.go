package runs

import (
	"context"
	"errors"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/recent"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
)

// maxRecent bounds the cached ends of runs.
const maxRecent = 8192

// Runs is what the vault knows of runs: whether they have ended, and the credentials of their visitors.
type Runs struct {
	redis    *redisx.Client
	verifier *identity.Verifier
	kek      *envelope.KEK
	attempts *attempts.Store
	bus      *revocation.Bus
	judge    *withholding.Judge
	now      func() time.Time
	cache    *recent.Cache[bool] // whether a run has ended
}

// Deps is what runs need. All fields are required.
type Deps struct {
	Redis    *redisx.Client
	Verifier *identity.Verifier // of run grants
	KEK      *envelope.KEK
	Attempts *attempts.Store
	Bus      *revocation.Bus
	Judge    *withholding.Judge
	Now      func() time.Time
}

// New returns the runs. A cached end is dropped when the bus names the run.
func New(d Deps) *Runs {
	s := &Runs{
		redis: d.Redis, verifier: d.Verifier, kek: d.KEK, attempts: d.Attempts, bus: d.Bus, judge: d.Judge, now: d.Now,
		cache: recent.New[bool](d.Now, maxRecent),
	}
	d.Bus.Subscribe(func(_ revocation.Verb, subject string) { s.cache.Drop(subject) })
	return s
}

// ended is whether a run has ended, as it was at most recent.MaxAge ago.
func (s *Runs) ended(ctx context.Context, run string) (bool, error) {
	return s.cache.Get(ctx, revocation.Run(run), func(ctx context.Context) (bool, error) { return s.attempts.RunEnded(ctx, run) })
}

// Alive returns an error if a run has ended.
func (s *Runs) Alive(ctx context.Context, run string) error {
	ended, err := s.ended(ctx, run)
	if err != nil {
		return err
	}
	if ended {
		return grant.Invalid(errors.New("the run has ended"))
	}
	return nil
}

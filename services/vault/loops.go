package vault

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/retry"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// sweepEvery is how often obsolete rows are deleted.
const sweepEvery = 10 * time.Minute

// Run ends calls whose rights end, until ctx ends: it listens to the other replicas and checks the rights of running
// calls. It also deletes old rows. Without Run, a revoked right would not end a running call; only the next call would
// be refused.
func (s *Service) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.bus.Listen(ctx) })
	g.Go(func() error { return s.running.Watch(ctx) })
	g.Go(func() error { return s.sweep(ctx) })
	return g.Wait()
}

// sweep deletes the marks of ended runs, after all grants of those runs have expired, and ended sessions.
func (s *Service) sweep(ctx context.Context) error {
	retry.Every(ctx, sweepEvery, func(ctx context.Context) {
		err := errors.Join(s.attempts.ForgetRuns(ctx, sqldb.Micros(s.now().Add(-2*grant.MaxLifetime))), s.sessions.Sweep(ctx),
			s.people.Sweep(ctx))
		if err != nil && ctx.Err() == nil {
			s.log.LogAttrs(ctx, slog.LevelWarn, "deleting old rows failed; the next sweep tries again", slog.Any("error", err))
		}
	})
	return nil
}

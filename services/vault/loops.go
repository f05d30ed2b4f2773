package vault

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// sweepEvery is how often rows are deleted that nothing needs any more.
const sweepEvery = 10 * time.Minute

// Run keeps rights up to date until ctx ends: it listens to the other replicas, checks the rights of
// running calls, and deletes old rows. Without it only the next call would notice a revoked right.
func (s *Service) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.bus.Listen(ctx) })
	g.Go(func() error { return s.running.Watch(ctx) })
	g.Go(func() error { return s.sweep(ctx) })
	return g.Wait()
}

// sweep deletes marks of ended runs after no grant of theirs can be valid.
func (s *Service) sweep(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			err := s.attempts.ForgetRuns(ctx, sqldb.Micros(s.now().Add(-2*grant.MaxLifetime)))
			if err != nil && ctx.Err() == nil {
				s.log.LogAttrs(ctx, slog.LevelWarn, "deleting old rows failed; the next sweep tries again", slog.Any("error", err))
			}
		}
	}
}

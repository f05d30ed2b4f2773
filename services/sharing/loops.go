package sharing

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// reapBatch bounds the runs or grants of one round.
	reapBatch = 100
	// auditEvery is the interval of the sweep of reservations, purgeEvery that of the
	// trash.
	auditEvery = 5 * time.Second
	purgeEvery = time.Hour
)

// Run works in the background until ctx ends: it ends runs whose runner died, releases
// reservations without a run, and empties the trash. Every replica runs it; the rows make
// sure that only one acts on each.
func (s *Service) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.every(ctx, s.cfg.SweepEvery, "settle abandoned runs", s.sweep) })
	g.Go(func() error { return s.every(ctx, auditEvery, "audit reservations", s.meter.Sweep) })
	g.Go(func() error { return s.every(ctx, purgeEvery, "empty the trash", s.grants.EmptyTrash) })
	return g.Wait()
}

// every repeats a task until ctx ends. It logs a failure, and the next round retries.
func (s *Service) every(ctx context.Context, interval time.Duration, what string, task func(context.Context) error) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := task(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "background task failed", "task", what, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (s *Service) sweep(ctx context.Context) error {
	s.leases.prune(s.now().Add(-s.cfg.Lease))
	return errors.Join(s.reap(ctx), s.grants.ReconcileAll(ctx))
}

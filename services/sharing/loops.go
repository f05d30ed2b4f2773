package sharing

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/keyhole-dev/keyhole/services/kit/retry"
)

const (
	// meterEvery is the interval of the sweep of reservations, trashEvery that of the
	// trash.
	meterEvery = 5 * time.Second
	trashEvery = time.Hour
)

// Run works in the background until ctx ends: it ends runs whose runner died, withdraws
// grants that no share covers, releases reservations without a run, and empties the trash.
// Every replica runs it. The rows make sure that only one acts on each.
func (s *Service) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.every(ctx, s.cfg.SweepEvery, "reap runs and withdraw grants", s.sweep) })
	g.Go(func() error { return s.every(ctx, meterEvery, "release reservations", s.meter.Sweep) })
	g.Go(func() error { return s.every(ctx, trashEvery, "empty the trash", s.grants.EmptyTrash) })
	return g.Wait()
}

// EndWatches ends the streams of those who watch a link. A server that stops waits for its
// streams, so call it first.
func (s *Service) EndWatches() { s.public.EndWatches() }

// every repeats a task until ctx ends. It logs a failure, and the next round retries.
func (s *Service) every(ctx context.Context, interval time.Duration, what string, task func(context.Context) error) error {
	once := func(ctx context.Context) {
		if err := task(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "background task failed", "task", what, "error", err)
		}
	}
	once(ctx)
	retry.Every(ctx, interval, once)
	return nil
}

// sweep does both tasks, so that a failure of one does not delay the other.
func (s *Service) sweep(ctx context.Context) error {
	return errors.Join(s.runs.Reap(ctx), s.grants.ReconcileAll(ctx))
}

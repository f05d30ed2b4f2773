package sharing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
)

const (
	// reapBatch bounds what one round settles.
	reapBatch = 100
	// auditEvery is how often old reservations are looked at, purgeEvery the trash.
	auditEvery = 5 * time.Second
	purgeEvery = time.Hour
	// trashLife is how long a deleted workflow can be brought back.
	trashLife = 30 * 24 * time.Hour
)

// Run does what has to be done again and again, until ctx ends: it settles runs whose
// runner died, takes back reservations without a run, and empties the trash. Every
// replica runs it; each thing is done by one of them.
func (s *Service) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.every(ctx, s.cfg.SweepEvery, "settle abandoned runs", s.sweep) })
	g.Go(func() error { return s.every(ctx, auditEvery, "audit reservations", s.meter.Sweep) })
	g.Go(func() error { return s.every(ctx, purgeEvery, "empty the trash", s.purge) })
	return g.Wait()
}

// every runs a task until ctx ends. A failure is logged; the next round tries again.
func (s *Service) every(ctx context.Context, interval time.Duration, what string, task func(context.Context) error) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := task(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "a task of the background failed", "task", what, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (s *Service) purge(ctx context.Context) error {
	if err := s.shares.UncoverTrash(ctx, s.now().UnixMicro()); err != nil {
		return err
	}
	return s.shares.Purge(ctx, s.now().Add(-trashLife).UnixMicro())
}

func (s *Service) sweep(ctx context.Context) error {
	s.leases.prune(s.now().Add(-s.cfg.Lease))
	return errors.Join(s.reap(ctx), s.coverAll(ctx))
}

// reap settles the runs whose lease is over. One that cannot be settled now does not
// keep the others of its batch.
func (s *Service) reap(ctx context.Context) error {
	for {
		rows, err := s.ledger.Expired(ctx, s.now().UnixMicro(), reapBatch)
		if err != nil {
			return fmt.Errorf("list expired runs: %w", err)
		}
		var failures []error
		for _, row := range rows {
			if err := s.settleRun(ctx, row); err != nil {
				failures = append(failures, err)
			}
		}
		if len(rows) < reapBatch || len(failures) > 0 {
			return errors.Join(failures...)
		}
	}
}

// settleRun ends a run that nobody renews, by the vault's account alone.
func (s *Service) settleRun(ctx context.Context, row ledger.Run) error {
	items, _, err := s.used(ctx, row, nil, nil)
	if err != nil {
		return err
	}
	row.State = int64(sharingv1.RunState_RUN_STATE_ABANDONED)
	row.Reason, row.Message = "UNAVAILABLE", "the runner did not come back; the run was settled from what it is known to have begun"
	_, err = s.book(ctx, ledger.End{Run: row, Items: items, LeaseBefore: s.now().UnixMicro()})
	return err
}

package sharing

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
)

const (
	// reapBatch bounds what one round settles.
	reapBatch = 100
	// auditEvery is how often old reservations are looked at, purgeEvery the trash.
	auditEvery = 5 * time.Second
	purgeEvery = time.Hour
	// trashLife is how long a deleted workflow can be brought back.
	trashLife = 30 * 24 * time.Hour
	// vaultRetry is how old the end of a run is before the vault is told again.
	vaultRetry = 2 * time.Second
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
	return s.store.purge(ctx, s.now().Add(-trashLife).UnixMicro())
}

func (s *Service) sweep(ctx context.Context) error {
	s.leases.prune(s.now().Add(-s.cfg.Lease))
	if err := s.reap(ctx); err != nil {
		return err
	}
	open, err := s.store.vaultOpen(ctx, s.now().Add(-vaultRetry).UnixMicro(), reapBatch)
	if err != nil {
		return fmt.Errorf("list runs for the vault: %w", err)
	}
	for _, run := range open {
		s.closeVault(ctx, run)
	}
	return nil
}

// reap settles the runs whose lease is over.
func (s *Service) reap(ctx context.Context) error {
	for {
		rows, err := s.store.expired(ctx, s.now().UnixMicro(), reapBatch)
		if err != nil {
			return fmt.Errorf("list expired runs: %w", err)
		}
		for _, row := range rows {
			if err := s.settleRun(ctx, row); err != nil {
				return err
			}
		}
		if len(rows) < reapBatch {
			return nil
		}
	}
}

// settleRun ends a run that nobody renews. What it used is what the vault has
// durable intents of: each attempt that was begun is booked, one whose end is not
// known as such. Pictures that went through models without a trace are not booked:
// they cost the installation's own time only.
func (s *Service) settleRun(ctx context.Context, row runRow) error {
	var items []*sharingv1.LineItem
	if row.VaultOpen {
		// First no attempt can begin any more, then they are counted.
		if _, err := s.vault.EndRun(ctx, &vaultinternalv1.EndRunRequest{Run: row.ID}); err != nil {
			return fmt.Errorf("end an abandoned run in the vault: %w", err)
		}
		attempts, err := s.vault.ListAttempts(ctx, &vaultinternalv1.ListAttemptsRequest{Run: row.ID})
		if err != nil {
			return fmt.Errorf("list attempts: %w", err)
		}
		items = itemsOf(attempts.GetAttempts())
	}
	row.State = int64(sharingv1.RunState_RUN_STATE_ABANDONED)
	row.Reason, row.Message = "UNAVAILABLE", "the runner did not come back; the run was settled from what it is known to have begun"
	_, err := s.book(ctx, ended{row: row, items: items, abandonedBefore: s.now().UnixMicro()})
	return err
}

func itemsOf(attempts []*vaultinternalv1.Attempt) []*sharingv1.LineItem {
	var items []*sharingv1.LineItem
	for _, a := range attempts {
		items = append(items, &sharingv1.LineItem{
			Step: a.GetStep(), Attempt: a.GetAttempt(), Kind: kindCredential, Resource: a.GetCredential(), Quantity: 1,
			EndUnknown: a.GetOutcome() == "",
		})
	}
	return items
}

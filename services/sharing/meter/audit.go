package meter

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/keyhole-dev/keyhole/services/kit/redisx"
)

// auditBatch bounds the reservations of one audit.
const auditBatch = 500

// Sweep takes back abandoned reservations on the scopes that this process has used: those of processes that died before
// they wrote the row of the run, and those of runs that have ended. A scope that no process uses is audited when it is
// used next.
func (m *Meter) Sweep(ctx context.Context) error {
	m.mu.Lock()
	all := make([]*generation, 0, len(m.known))
	for _, g := range m.known {
		all = append(all, g)
	}
	m.mu.Unlock()
	for _, g := range all {
		if err := m.audit(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// audit checks the reservations of a generation that are so old that they have a row now,
// or never get one.
func (m *Meter) audit(ctx context.Context, g *generation) error {
	old, err := m.redis.ZRangeByScoreWithScores(ctx, g.reservings, &redis.ZRangeBy{
		Min: "-inf", Max: strconv.FormatInt(m.now().Add(-stale).UnixMilli(), 10), Count: auditBatch,
	}).Result()
	if err != nil {
		return redisx.Error(err)
	}
	if len(old) == 0 {
		return nil
	}
	runs, ids := make([]Run, len(old)), make([]string, len(old))
	for i, z := range old {
		runs[i] = reserved(z)
		ids[i] = runs[i].ID
	}
	states, err := m.ledger.States(ctx, ids)
	if err != nil {
		return fmt.Errorf("audit reservations: %w", err)
	}
	for _, run := range runs {
		if open, exists := states[run.ID]; !open {
			if err := m.takeBack(ctx, g, run, exists); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeBack removes a reservation, and its count if the run never happened. If replicas race,
// the one that removes the reservation takes the count back.
func (m *Meter) takeBack(ctx context.Context, g *generation, run Run, happened bool) error {
	removed, err := m.redis.ZRem(ctx, g.reservings, run.member()).Result()
	if err != nil {
		return redisx.Error(err)
	}
	if removed == 0 || happened {
		return nil
	}
	_, err = m.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		g.subtract(ctx, p, run)
		return nil
	})
	return redisx.Error(err)
}

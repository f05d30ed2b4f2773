package meter

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/period"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
)

// buildWithin bounds the read of the ledger and the write of the counters.
const buildWithin = 10 * time.Second

// live returns the live generation of a scope, and builds it from the ledger if there is
// none. No run is admitted on a scope before.
func (m *Meter) live(ctx context.Context, s Subject) (*generation, error) {
	if g := m.remembered(s); g != nil {
		return g, nil
	}
	// Others wait for the builder, so it must not end with its first caller.
	v, err, _ := m.flight.Do(s.id(), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), buildWithin)
		defer cancel()
		return m.find(ctx, s)
	})
	if err != nil {
		return nil, fmt.Errorf("find counters: %w", err)
	}
	return v.(*generation), nil
}

func (m *Meter) find(ctx context.Context, s Subject) (*generation, error) {
	for range attempts {
		name, err := m.redis.Get(ctx, m.redis.Key(s.id(), "g")).Result()
		if err == nil {
			g := m.generation(s, name)
			m.remember(g)
			return g, m.audit(ctx, g)
		}
		if !errors.Is(err, redis.Nil) {
			return nil, redisx.Error(err)
		}
		if err := m.build(ctx, s); err != nil {
			return nil, err
		}
	}
	return nil, unsettled(errors.New("the generation keeps changing"))
}

// build makes a generation of what the ledger has, and tries to put it into place. It is no
// error if another replica was faster.
func (m *Meter) build(ctx context.Context, s Subject) error {
	g := m.generation(s, rand.Text())
	candidate := m.redis.Key(s.id(), g.name, "c")
	// The candidate must exist before the snapshot of the ledger is read. If Redis is
	// emptied after that, the candidate is gone, and cannot overwrite what was counted since.
	if err := m.redis.Set(ctx, candidate, g.name, pointerLife).Err(); err != nil {
		return redisx.Error(err)
	}
	if err := m.fill(ctx, g); err != nil {
		return err
	}
	won, err := m.redis.RenameNX(ctx, candidate, g.pointer).Result()
	switch {
	case err != nil && strings.Contains(err.Error(), "no such key"):
		return redisx.Error(m.redis.Del(ctx, g.counters, g.reservings).Err())
	case err != nil:
		return redisx.Error(err)
	case !won:
		return redisx.Error(m.redis.Del(ctx, candidate, g.counters, g.reservings).Err())
	}
	return nil
}

func (m *Meter) fill(ctx context.Context, g *generation) error {
	now := m.now()
	totals, err := m.ledger.Totals(ctx, g.subject, period.Start(vaultv1.Period_PERIOD_DAY, now), period.Start(vaultv1.Period_PERIOD_MONTH, now))
	if err != nil {
		return fmt.Errorf("read ledger: %w", err)
	}
	_, err = m.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, count := range [3]Count{totals.Day, totals.Month, totals.All} {
			p.HSet(ctx, g.counters, fields(Runs, now)[i], count.Runs, fields(Pictures, now)[i], count.Pictures)
		}
		p.Expire(ctx, g.counters, counterLife)
		for _, run := range totals.Open {
			p.ZAdd(ctx, g.reservings, run.reservation())
		}
		p.Expire(ctx, g.reservings, counterLife)
		return nil
	})
	return redisx.Error(err)
}

// drop deletes what an increment may have made under a generation that is no longer live.
func (m *Meter) drop(ctx context.Context, g *generation) {
	m.forget(g)
	m.redis.Del(ctx, g.counters, g.reservings) // its loss costs some bytes until they expire
}

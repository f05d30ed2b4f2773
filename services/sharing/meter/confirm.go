package meter

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"

	"github.com/keyhole-dev/keyhole/services/kit/redisx"
)

// Confirm makes sure that the live generation of each scope counts the run. Call it when
// the row of the run is durable. If a generation changed between the two, Confirm may have
// to reserve again. If it is refused then, it returns an *Exhausted, and the caller deletes
// the row.
func (r *Reservation) Confirm(ctx context.Context) error {
	stands, err := r.stands(ctx)
	if err != nil {
		return err
	}
	kept := r.held[:0:0]
	var lost []Scope
	for i, h := range r.held {
		if stands[i] {
			kept = append(kept, h)
			continue
		}
		r.meter.forget(h.at)
		lost = append(lost, h.scope)
	}
	r.held = kept
	for _, scope := range lost {
		if err := r.take(ctx, []Scope{scope}); err != nil {
			return err
		}
	}
	return r.countOnce(ctx)
}

// stands reports for each scope whether the reservation is in the live generation.
func (r *Reservation) stands(ctx context.Context) ([]bool, error) {
	scores := make([]*redis.FloatCmd, len(r.held))
	pointers := make([]*redis.StringCmd, len(r.held))
	_, err := r.meter.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, h := range r.held {
			scores[i] = p.ZScore(ctx, h.at.reservings, r.run.member())
			pointers[i] = p.Get(ctx, h.at.pointer)
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, redisx.Error(err)
	}
	out := make([]bool, len(r.held))
	for i, h := range r.held {
		out[i] = scores[i].Err() == nil && pointers[i].Val() == h.at.name
	}
	return out, nil
}

// countOnce takes back one count of a run that was counted twice. The row belongs to this
// run, so the other count was for this run too.
func (r *Reservation) countOnce(ctx context.Context) error {
	_, err := r.meter.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range r.held {
			if r.held[i].repeated {
				r.held[i].at.subtract(ctx, p, r.run)
				r.held[i].repeated = false
			}
		}
		return nil
	})
	return redisx.Error(err)
}

// Release ends the reservation of a run. The run stays counted and is no longer open. What it did beyond its
// reservation is counted too, even if nothing is left. Releasing twice, or releasing what was never reserved, does
// nothing. Release returns what the scopes in tell have left, from the same round trip.
func (m *Meter) Release(ctx context.Context, run Run, scopes, tell []Scope) ([]Left, error) {
	return m.end(ctx, run, scopes, tell, true)
}

// Return ends the reservation of a run that did nothing, and takes its count back. Its row
// must be gone before: a generation that is built meanwhile must not count it.
func (m *Meter) Return(ctx context.Context, run Run, scopes, tell []Scope) ([]Left, error) {
	if _, err := m.end(ctx, run, scopes, nil, false); err != nil {
		return nil, err
	}
	return m.Left(ctx, tell)
}

func (m *Meter) end(ctx context.Context, run Run, scopes, tell []Scope, happened bool) ([]Left, error) {
	asked := &question{scopes: tell}
	for range attempts {
		again, err := m.release(ctx, run, scopes, asked, happened)
		if err != nil {
			return nil, err
		}
		if len(again) == 0 {
			return m.answer(ctx, asked)
		}
		scopes = again
	}
	return nil, unsettled(errors.New("the generation keeps changing"))
}

func (m *Meter) release(ctx context.Context, run Run, scopes []Scope, asked *question, happened bool) ([]Scope, error) {
	at := make([]*generation, len(scopes))
	removed := make([]*redis.IntCmd, len(scopes))
	pointers := make([]*redis.StringCmd, len(scopes))
	for i, s := range scopes {
		g, err := m.live(ctx, s.Subject)
		if err != nil {
			return nil, err
		}
		at[i] = g
	}
	if err := asked.prepare(ctx, m); err != nil {
		return nil, err
	}
	_, err := m.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, g := range at {
			removed[i] = p.ZRem(ctx, g.reservings, run.member())
			pointers[i] = p.Get(ctx, g.pointer)
		}
		asked.queue(ctx, p)
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, redisx.Error(err)
	}
	var again []Scope
	var mine []*generation
	for i, g := range at {
		if pointers[i].Val() != g.name {
			m.drop(ctx, g)
			again = append(again, scopes[i])
		} else if removed[i].Val() == 1 {
			mine = append(mine, g)
		}
	}
	if happened && run.Over == 0 || len(mine) == 0 {
		return again, nil
	}
	_, err = m.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, g := range mine {
			if happened {
				g.addPictures(ctx, p, run)
			} else {
				g.subtract(ctx, p, run)
			}
		}
		return nil
	})
	return again, redisx.Error(err)
}

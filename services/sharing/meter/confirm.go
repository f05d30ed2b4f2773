package meter

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/keyhole-dev/keyhole/services/kit/redisx"
)

// Confirm is called when the run's row is durable. It makes sure that the run is
// counted by the live generation of each scope. If a generation changed in
// between, the run may have to reserve anew, and may then be refused with an
// *Exhausted: its row must go.
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

// stands says of each scope whether the reservation is in the live generation.
func (r *Reservation) stands(ctx context.Context) ([]bool, error) {
	scores := make([]*redis.FloatCmd, len(r.held))
	pointers := make([]*redis.StringCmd, len(r.held))
	_, err := r.meter.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, h := range r.held {
			scores[i] = p.ZScore(ctx, h.at.reservings, r.run)
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

// countOnce makes the reservation that is there already the run's own where it was
// counted twice: the row is ours, so whatever else counted it counted this run.
func (r *Reservation) countOnce(ctx context.Context) error {
	_, err := r.meter.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range r.held {
			if r.held[i].repeated {
				r.held[i].subtract(ctx, p, r.start)
				r.held[i].repeated = false
			}
		}
		return nil
	})
	return redisx.Error(err)
}

// Release ends a run's reservation: it stays counted, and is not open any more.
// Releasing twice, or what was never reserved, does nothing.
func (m *Meter) Release(ctx context.Context, run string, scopes []Scope) error {
	for range attempts {
		again, err := m.release(ctx, run, scopes)
		if err != nil || len(again) == 0 {
			return err
		}
		scopes = again
	}
	return unsettled(errors.New("the generation changes all the time"))
}

func (m *Meter) release(ctx context.Context, run string, scopes []Scope) ([]Scope, error) {
	at := make([]*generation, len(scopes))
	pointers := make([]*redis.StringCmd, len(scopes))
	for i, s := range scopes {
		g, err := m.live(ctx, s.Subject)
		if err != nil {
			return nil, err
		}
		at[i] = g
	}
	_, err := m.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, g := range at {
			p.ZRem(ctx, g.reservings, run)
			pointers[i] = p.Get(ctx, g.pointer)
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, redisx.Error(err)
	}
	var again []Scope
	for i, g := range at {
		if pointers[i].Val() != g.name {
			m.drop(ctx, g)
			again = append(again, scopes[i])
		}
	}
	return again, nil
}

// Left is what a limited scope has left.
type Left struct {
	Runs  int64
	Reset time.Time
}

// Left reads how many runs each scope has left. Scopes without a limit have none
// to tell and must not be asked for.
func (m *Meter) Left(ctx context.Context, scopes []Scope) ([]Left, error) {
	for range attempts {
		left, live, err := m.left(ctx, scopes)
		if err != nil || live {
			return left, err
		}
	}
	return nil, unsettled(errors.New("the generation changes all the time"))
}

func (m *Meter) left(ctx context.Context, scopes []Scope) (left []Left, live bool, err error) {
	now := m.now()
	at := make([]*generation, len(scopes))
	used := make([]*redis.StringCmd, len(scopes))
	pointers := make([]*redis.StringCmd, len(scopes))
	for i, s := range scopes {
		if at[i], err = m.live(ctx, s.Subject); err != nil {
			return nil, false, err
		}
	}
	_, err = m.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, s := range scopes {
			used[i] = p.HGet(ctx, at[i].counters, fields(now)[which(s.Period)])
			pointers[i] = p.Get(ctx, at[i].pointer)
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, false, redisx.Error(err)
	}
	left, live = make([]Left, len(scopes)), true
	for i, s := range scopes {
		if pointers[i].Val() != at[i].name {
			m.forget(at[i])
			live = false
		}
		n, _ := used[i].Int64() // a counter that is not there has counted nothing
		left[i] = Left{Runs: max(0, s.Runs-n), Reset: Reset(s.Period, now)}
	}
	return left, live, nil
}

package meter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/keyhole-dev/keyhole/services/kit/redisx"
)

// Exhausted says which scope has nothing left.
type Exhausted struct {
	Scope Scope
	Reset time.Time
}

// Error implements error.
func (e *Exhausted) Error() string {
	return fmt.Sprintf("the limit of %d runs of the %s is used up", e.Scope.Runs, e.Scope.Kind)
}

// Reservation holds one run on its scopes until it is released.
type Reservation struct {
	meter *Meter
	run   string
	start time.Time
	held  []held
}

// held is one run counted on one scope.
type held struct {
	scope Scope
	at    *generation
	// repeated: the run was reserved there before, by another request or by the
	// ledger from which the generation was built, so that it is counted twice now.
	repeated bool
}

// Reserve takes one run on each scope, in their order. If one has nothing left,
// those before it get theirs back and the error is an *Exhausted.
func (m *Meter) Reserve(ctx context.Context, run string, start time.Time, scopes []Scope) (*Reservation, error) {
	r := &Reservation{meter: m, run: run, start: start}
	for _, stage := range m.stages(scopes) {
		if err := r.take(ctx, stage); err != nil {
			r.Undo(ctx)
			return nil, err
		}
	}
	return r, nil
}

// stages joins scopes that will not refuse with the next that may: each stage is one
// round trip, and no scope counts a run that one before it has refused. Else, where
// many want the last few runs, all would take from all and nobody get enough.
func (m *Meter) stages(scopes []Scope) [][]Scope {
	var out [][]Scope
	begin := 0
	for i, s := range scopes {
		if m.mayRefuse(s) {
			out = append(out, scopes[begin:i+1])
			begin = i + 1
		}
	}
	if begin < len(scopes) {
		if len(out) == 0 {
			return [][]Scope{scopes}
		}
		last := len(out) - 1
		out[last] = append(out[last][:len(out[last]):len(out[last])], scopes[begin:]...)
	}
	return out
}

// plenty is more runs than are being reserved at the same time, by all replicas.
const plenty = 10_000

// mayRefuse reports whether a scope may have nothing left, as far as this process knows.
func (m *Meter) mayRefuse(s Scope) bool {
	if !s.Limited {
		return false
	}
	g := m.remembered(s.Subject)
	return g == nil || s.Runs-g.seen[which(s.Period)].Load() < plenty
}

// take reserves the scopes of one stage.
func (r *Reservation) take(ctx context.Context, stage []Scope) error {
	for range attempts {
		again, err := r.try(ctx, stage)
		if err != nil {
			return err
		}
		if len(again) == 0 {
			return nil
		}
		stage = again
	}
	return unsettled(errors.New("the generation changes all the time"))
}

// try increments each scope of the stage once, and gives back those whose
// generation was not the live one.
func (r *Reservation) try(ctx context.Context, stage []Scope) ([]Scope, error) {
	tries := make([]increment, len(stage))
	for i, s := range stage {
		g, err := r.meter.live(ctx, s.Subject)
		if err != nil {
			return nil, err
		}
		tries[i] = increment{scope: s, at: g}
	}
	_, err := r.meter.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range tries {
			tries[i].queue(ctx, p, r)
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		r.giveBack(tries)
		return nil, redisx.Error(err)
	}
	return r.judge(ctx, tries)
}

// giveBack notes what a broken pipeline has surely done, to be undone. What it may
// have done besides is counted too many until the generation ends: the safe side.
func (r *Reservation) giveBack(tries []increment) {
	for i := range tries {
		if tries[i].done() {
			r.held = append(r.held, held{scope: tries[i].scope, at: tries[i].at, repeated: tries[i].repeated()})
		}
	}
}

func (r *Reservation) judge(ctx context.Context, tries []increment) (again []Scope, err error) {
	for i := range tries {
		t := &tries[i]
		if t.pointer.Val() != t.at.name {
			r.meter.drop(ctx, t.at)
			again = append(again, t.scope)
			continue
		}
		r.held = append(r.held, held{scope: t.scope, at: t.at, repeated: t.repeated()})
		count := t.counts[which(t.scope.Period)].Val()
		t.at.seen[which(t.scope.Period)].Store(count)
		if t.repeated() {
			count--
		}
		// Also what was reserved before: it may have been, by a generation that has
		// given its place to another run since.
		if err == nil && t.scope.Limited && count > t.scope.Runs {
			err = &Exhausted{Scope: t.scope, Reset: Reset(t.scope.Period, r.start)}
		}
	}
	return again, err
}

// increment is the commands of one scope in a pipeline.
type increment struct {
	scope   Scope
	at      *generation
	counts  [3]*redis.IntCmd
	added   *redis.IntCmd
	pointer *redis.StringCmd
}

func (t *increment) queue(ctx context.Context, p redis.Pipeliner, r *Reservation) {
	for i, field := range fields(r.start) {
		t.counts[i] = p.HIncrBy(ctx, t.at.counters, field, 1)
	}
	t.added = p.ZAddNX(ctx, t.at.reservings, redis.Z{Score: float64(r.start.UnixMilli()), Member: r.run})
	t.pointer = p.Get(ctx, t.at.pointer) // after the increments: see the package's comment
}

// done reports whether all counters surely moved.
func (t *increment) done() bool {
	return t.counts[0].Err() == nil && t.counts[1].Err() == nil && t.counts[2].Err() == nil
}

func (t *increment) repeated() bool { return t.added.Err() == nil && t.added.Val() == 0 }

// Undo gives the reservation back: the run did not happen. What cannot be given
// back now (no Redis) is found by its age, or gone with the Redis.
func (r *Reservation) Undo(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	_, _ = r.meter.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, h := range r.held {
			// The reservation first: if the rest is lost, one is counted too many. The
			// other way round it would be found by its age and taken back once more.
			if !h.repeated {
				p.ZRem(ctx, h.at.reservings, r.run)
			}
			h.subtract(ctx, p, r.start)
		}
		return nil
	})
	r.held = nil
}

// subtract takes one run off the counters.
func (h held) subtract(ctx context.Context, p redis.Pipeliner, start time.Time) {
	for _, field := range fields(start) {
		p.HIncrBy(ctx, h.at.counters, field, -1)
	}
	p.Expire(ctx, h.at.counters, counterLife) // the generation may be dead, and this its only key
}

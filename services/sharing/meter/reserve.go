package meter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/keyhole-dev/keyhole/services/kit/period"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
)

// Exhausted is the error of a scope that has too little left.
type Exhausted struct {
	Scope Scope
	Unit  Unit
	// Wanted is what the run takes of the unit, Left what the scope has.
	Wanted, Left int64
	Reset        time.Time
}

// Error implements error.
func (e *Exhausted) Error() string {
	return fmt.Sprintf("the limit of %d %s of the %s has %d left, not %d", e.Scope.Limit.of(e.Unit), e.Unit, e.Scope.Kind, e.Left, e.Wanted)
}

// Reservation holds one run on its scopes until it is released.
type Reservation struct {
	meter *Meter
	run   Run
	held  []held
}

// held is one run counted on one scope.
type held struct {
	scope Scope
	at    *generation
	// repeated reports that the run was reserved on the scope before, by another request
	// or by the ledger that the generation was built from. It is counted twice now.
	repeated bool
}

// Reserve takes a run with its pictures on each scope, in their order. If one has too
// little left, those before it get theirs back and the error is an *Exhausted.
func (m *Meter) Reserve(ctx context.Context, run Run, scopes []Scope) (*Reservation, error) {
	r := &Reservation{meter: m, run: run}
	if err := m.refuseLarge(ctx, run, scopes); err != nil {
		return nil, err
	}
	for _, stage := range m.stages(run, scopes) {
		if err := r.take(ctx, stage); err != nil {
			r.Undo(ctx)
			return nil, err
		}
	}
	return r, nil
}

// stages joins scopes that will not refuse with the next one that may. Each stage is one
// round trip. No scope counts a run that an earlier one has refused: otherwise, when many
// callers want the last few runs, all would take from all scopes and nobody would get
// enough.
func (m *Meter) stages(run Run, scopes []Scope) [][]Scope {
	var out [][]Scope
	begin := 0
	for i, s := range scopes {
		if m.mayRefuse(run, s) {
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

// plenty is more runs than all replicas reserve at the same time.
const plenty = 10_000

// mayRefuse reports whether a scope may have too little left, as far as this process knows.
func (m *Meter) mayRefuse(run Run, s Scope) bool {
	if !s.Limited {
		return false
	}
	g := m.remembered(s.Subject)
	if g == nil {
		return true
	}
	for u, wanted := range run.takes() {
		if s.Limit.of(u)-g.seen[u][which(s.Period)].Load() < plenty*wanted {
			return true
		}
	}
	return false
}

// refuseLarge refuses a run with more pictures than a scope has left, before it takes any.
// A reservation that is given back keeps others out for a moment, so a caller who always
// asks for too much would always keep them out. It reads the counters only of scopes where
// this process last saw too few left.
func (m *Meter) refuseLarge(ctx context.Context, run Run, scopes []Scope) error {
	var doubtful []Scope
	for _, s := range scopes {
		if !s.Limited || run.Pictures == 0 {
			continue
		}
		seen := int64(0)
		if g := m.remembered(s.Subject); g != nil {
			if n := g.seen[Pictures][which(s.Period)].Load(); n != unseen {
				seen = n
			}
		}
		if run.Pictures > s.Limit.Pictures-seen {
			doubtful = append(doubtful, s)
		}
	}
	if len(doubtful) == 0 {
		return nil
	}
	left, err := m.Left(ctx, doubtful)
	if err != nil {
		return err
	}
	for i, s := range doubtful {
		if run.Pictures > left[i].Pictures && !m.holds(ctx, run, s) {
			return &Exhausted{Scope: s, Unit: Pictures, Wanted: run.Pictures, Left: left[i].Pictures, Reset: period.End(s.Period, run.Start)}
		}
	}
	return nil
}

// holds reports whether the run is already reserved on a scope, because it is asked for
// again.
func (m *Meter) holds(ctx context.Context, run Run, s Scope) bool {
	g := m.remembered(s.Subject)
	return g != nil && m.redis.ZScore(ctx, g.reservings, run.member()).Err() == nil
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
	return unsettled(errors.New("the generation keeps changing"))
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

// giveBack notes the increments that a broken pipeline has certainly made, so that Undo
// takes them back. Others that it may have made stay counted until the generation ends:
// counting too many is the safe side.
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
		if e := t.exceeds(r.run); err == nil && e != nil {
			err = e
		}
	}
	return again, err
}

// exceeds returns an *Exhausted if the scope has too little of a unit. It checks a repeated
// reservation too: the first one may belong to a generation that has since given its place
// to another run.
func (t *increment) exceeds(run Run) error {
	counter := which(t.scope.Period)
	for u, wanted := range run.takes() {
		count := t.counts[u][counter].Val()
		t.at.seen[u][counter].Store(count)
		if t.repeated() {
			count -= wanted
		}
		if limit := t.scope.Limit.of(u); t.scope.Limited && count > limit {
			return &Exhausted{Scope: t.scope, Unit: u, Wanted: wanted, Left: max(0, limit-(count-wanted)), Reset: period.End(t.scope.Period, run.Start)}
		}
	}
	return nil
}

// increment holds the commands of one scope in a pipeline.
type increment struct {
	scope   Scope
	at      *generation
	counts  [2][3]*redis.IntCmd
	added   *redis.IntCmd
	pointer *redis.StringCmd
}

func (t *increment) queue(ctx context.Context, p redis.Pipeliner, r *Reservation) {
	for u, wanted := range r.run.takes() {
		for i, field := range fields(u, r.run.Start) {
			t.counts[u][i] = p.HIncrBy(ctx, t.at.counters, field, wanted)
		}
	}
	t.added = p.ZAddNX(ctx, t.at.reservings, r.run.reservation())
	t.pointer = p.Get(ctx, t.at.pointer) // after the increments: see the package's comment
}

// done reports whether all counters have certainly moved.
func (t *increment) done() bool {
	for _, unit := range t.counts {
		for _, count := range unit {
			if count != nil && count.Err() != nil {
				return false
			}
		}
	}
	return true
}

func (t *increment) repeated() bool { return t.added.Err() == nil && t.added.Val() == 0 }

// undoWithin is longer than a loaded Redis takes for a few commands: a reservation that is not given back
// keeps others out until the sweep.
const undoWithin = 10 * time.Second

// Undo gives the reservation back, because the run did not happen. If Redis is away, the sweep
// finds the reservation by its age, or it is gone because that Redis lost its data.
func (r *Reservation) Undo(ctx context.Context) {
	// The caller may have left, and others are kept out until the run is given back.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoWithin)
	defer cancel()
	_, _ = r.meter.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, h := range r.held {
			// The reservation goes first. If the rest is lost, one run is counted too many.
			// In the other order the sweep would find it by its age and take it back twice.
			if !h.repeated {
				p.ZRem(ctx, h.at.reservings, r.run.member())
			}
			h.at.subtract(ctx, p, r.run)
		}
		return nil
	})
	r.held = nil
}

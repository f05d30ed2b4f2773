package meter

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/redis/go-redis/v9"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
)

const (
	// lifetime of a generation's pointer; the counters outlive it.
	pointerLife = time.Hour
	counterLife = pointerLife + 10*time.Minute
	// stale is the age at which a reservation without a row is taken back. One durable
	// write lies between a reservation and its row.
	stale = 15 * time.Second
	// attempts bounds how often a generation may change under one operation.
	attempts = 6
	// unseen is the value of a counter that this process has not read.
	unseen = math.MaxInt64
	// maxKnown bounds the scopes that a process remembers.
	maxKnown = 20_000
)

// Totals is what the ledger has of a subject.
type Totals struct {
	// Day, Month and All count the runs that started since the given times.
	Day, Month, All Count
	// Open are the runs that have not ended; they are counted above.
	Open []Run
}

// Ledger is the durable truth that counters are built from.
type Ledger interface {
	// Totals counts the runs of a subject since the start of the day and of the month, and
	// lists the open ones, all from one snapshot.
	Totals(ctx context.Context, s Subject, day, month time.Time) (Totals, error)
	// States reports for each of the runs that exist whether it is open.
	States(ctx context.Context, runs []string) (map[string]bool, error)
}

// Meter reserves and releases runs.
type Meter struct {
	redis  *redisx.Client
	ledger Ledger
	now    func() time.Time
	flight singleflight.Group // joins callers that need the same generation

	// mu guards known. It is not held while Redis or the ledger is asked.
	mu    sync.Mutex
	known map[string]*generation
}

// New wires a meter. It reads and writes nothing.
func New(client *redisx.Client, ledger Ledger, now func() time.Time) *Meter {
	return &Meter{redis: client, ledger: ledger, now: now, known: map[string]*generation{}}
}

// generation is one set of counters of a scope, as this process knows it.
type generation struct {
	subject                       Subject
	name                          string
	pointer, counters, reservings string
	// seen is what this process last saw of each counter: of runs, then of pictures. A
	// counter that it has not seen may be used up. It is only a guess, so concurrent reservations
	// may store an older count last.
	seen [2][3]atomic.Int64
}

func (m *Meter) generation(s Subject, name string) *generation {
	scope := s.id()
	g := &generation{
		subject: s, name: name, pointer: m.redis.Key(scope, "g"),
		counters: m.redis.Key(scope, name), reservings: m.redis.Key(scope, name, "r"),
	}
	for unit := range g.seen {
		for i := range g.seen[unit] {
			g.seen[unit][i].Store(unseen)
		}
	}
	return g
}

func (m *Meter) remembered(s Subject) *generation {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[s.id()]
}

func (m *Meter) remember(g *generation) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= maxKnown { // rare, and costs one read for each scope in use
		clear(m.known)
	}
	m.known[g.subject.id()] = g
}

func (m *Meter) forget(g *generation) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[g.subject.id()] == g {
		delete(m.known, g.subject.id())
	}
}

func unsettled(cause error) error {
	return errs.Unavailable("usage cannot be counted now; try again").Because(cause)
}

// addPictures counts what a run did beyond its reservation.
func (g *generation) addPictures(ctx context.Context, p redis.Pipeliner, run Run) {
	for _, field := range fields(Pictures, run.Start) {
		p.HIncrBy(ctx, g.counters, field, run.Over)
	}
}

// subtract takes a run and its pictures off the counters.
func (g *generation) subtract(ctx context.Context, p redis.Pipeliner, run Run) {
	for u, wanted := range run.takes() {
		for _, field := range fields(u, run.Start) {
			p.HIncrBy(ctx, g.counters, field, -wanted)
		}
	}
	p.Expire(ctx, g.counters, counterLife) // the generation may be dead, and this its only key
}

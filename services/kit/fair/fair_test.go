package fair_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

var quiet = fair.Client{Tenant: "quiet", Visitor: "one"}

// holds counts what one client gets immediately while nothing is returned.
func holds(t testing.TB, p *fair.Pool, c fair.Client) (n int64) {
	t.Helper()
	for {
		if _, ok := p.TryAcquire(1, c); !ok {
			return n
		}
		n++
	}
}

func TestOneTenantHoldsNoMoreThanItLeaves(t *testing.T) {
	t.Parallel()
	p := fair.New(fair.Limits{What: "runs", Capacity: 128})
	if got := holds(t, p, fair.Client{Tenant: "a", Visitor: "1"}); got != 48 {
		t.Errorf("one visitor holds %d of 128, want 48", got)
	}
	for i := range 60 {
		holds(t, p, fair.Client{Tenant: "a", Visitor: fmt.Sprint("more", i)})
	}
	if got := p.Used(); got != 64 {
		t.Errorf("one tenant holds %d of 128, want 64", got)
	}
	p = fair.New(fair.Limits{What: "workers", Capacity: 4, WholeTenant: true})
	if got := holds(t, p, fair.Client{Tenant: "a", Visitor: "1"}); got != 2 {
		t.Errorf("one visitor of a whole tenant holds %d of 4, want 2", got)
	}
}

// Whatever up to seven tenants do with places, the next tenant gets one immediately.
func TestAttackOneTenantTakesEveryPlace(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "tenants that hold all they can, and a quiet one")
	for hogs := 1; hogs <= 7; hogs++ {
		p := fair.New(fair.Limits{What: "runs", Capacity: 128})
		for h := range hogs {
			for v := range 50 {
				holds(t, p, fair.Client{Tenant: fmt.Sprint("hog", h), Visitor: fmt.Sprint(v)})
			}
		}
		_, ok := p.TryAcquire(1, quiet)
		a.Attempt(ok, "%d tenants keep a quiet one out", hogs)
	}
}

// One tenant does anything, in any order. A quiet tenant gets in without waiting for a
// return, and in the end everything is returned.
func TestQuietTenantGetsThrough(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		capacity := rapid.Int64Range(2, 2000).Draw(t, "capacity")
		p := fair.New(fair.Limits{What: "bytes", Capacity: capacity, Waiting: 8})
		var held []*fair.Lease
		var waits []waiting
		t.Repeat(map[string]func(*rapid.T){
			"take": func(t *rapid.T) {
				if l, ok := p.TryAcquire(rapid.Int64Range(1, capacity).Draw(t, "n"), hog(t)); ok {
					held = append(held, l)
				}
			},
			"wait": func(t *rapid.T) {
				waits = append(waits, start(p, rapid.Int64Range(1, p.Most()).Draw(t, "n"), hog(t)))
			},
			"keep":   func(t *rapid.T) { one(t, held).Keep(rapid.Int64Range(0, capacity).Draw(t, "n")) },
			"park":   func(t *rapid.T) { one(t, held).Park(func() {}) },
			"resume": func(t *rapid.T) { one(t, held).Resume() },
			"": func(t *rapid.T) {
				if p.Used() < 0 || p.Used() > capacity {
					t.Fatalf("%d of %d used", p.Used(), capacity)
				}
				l, err := p.Acquire(expired{t.Context()}, 1, quiet)
				if err != nil {
					t.Fatalf("the quiet tenant waits, with %d of %d used", p.Used(), capacity)
				}
				l.Release()
			},
		})
		for _, w := range waits {
			held = append(held, w.end()...)
		}
		for _, l := range held {
			l.Release()
			l.Release()
		}
		if p.Used() != 0 {
			t.Fatalf("%d are left", p.Used())
		}
	})
}

// expired never waits: a request that does not fit immediately is refused.
type expired struct{ context.Context }

func (expired) Done() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func hog(t *rapid.T) fair.Client {
	return fair.Client{Tenant: "hog", Visitor: rapid.StringMatching("[a-d]").Draw(t, "visitor")}
}

func one(t *rapid.T, held []*fair.Lease) *fair.Lease {
	if len(held) == 0 {
		t.Skip("nothing is held")
	}
	return rapid.SampledFrom(held).Draw(t, "lease")
}

type waiting struct {
	cancel context.CancelFunc
	got    chan *fair.Lease
}

func start(p *fair.Pool, n int64, c fair.Client) waiting {
	ctx, cancel := context.WithCancel(context.Background())
	w := waiting{cancel, make(chan *fair.Lease, 1)}
	go func() {
		defer close(w.got)
		if l, err := p.Acquire(ctx, n, c); err == nil {
			w.got <- l
		}
	}()
	return w
}

func (w waiting) end() (held []*fair.Lease) {
	w.cancel()
	for l := range w.got {
		held = append(held, l)
	}
	return held
}

// Waiters are served tenant by tenant, not in the order of their arrival.
func TestTurns(t *testing.T) {
	t.Parallel()
	p := fair.New(fair.Limits{What: "runs", Capacity: 1})
	first, err := p.Acquire(t.Context(), 1, quiet)
	if err != nil {
		t.Fatal(err)
	}
	order := make(chan string, 10)
	waiters := 0
	enqueue := func(c fair.Client) {
		go func() {
			l, err := p.Acquire(context.Background(), 1, c)
			if err == nil {
				order <- c.Tenant
				l.Release()
			}
		}()
		waiters++
		fair.AwaitWaiters(p, waiters)
	}
	for range 3 {
		enqueue(fair.Client{Tenant: "hog", Visitor: "1"})
	}
	enqueue(fair.Client{Tenant: "small", Visitor: "1"})
	first.Release()
	if a, b := <-order, <-order; a != "hog" || b != "small" {
		t.Errorf("served %s, then %s", a, b)
	}
	<-order
	<-order
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	p := fair.New(fair.Limits{What: "runs", Capacity: 8, WaitTimeout: time.Millisecond, Waiting: 1})
	hog := fair.Client{Tenant: "hog"}
	holds(t, p, hog)
	_, err := p.Acquire(t.Context(), 1, hog)
	if e, ok := errors.AsType[*errs.Error](err); !ok || e.Reason() != errorsv1.Reason_REASON_RATE_LIMITED {
		t.Errorf("got %v", err)
	}
	if _, err = p.Acquire(t.Context(), p.Most()+1, quiet); errs.ReasonOf(err) != errorsv1.Reason_REASON_RATE_LIMITED {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = p.Acquire(ctx, 1, quiet); errs.ReasonOf(err) != errorsv1.Reason_REASON_CANCELLED {
		t.Errorf("got %v", err)
	}
}

// Parked room stays held until another client needs it.
func TestParkedLeasesMakeRoom(t *testing.T) {
	t.Parallel()
	p := fair.New(fair.Limits{What: "pictures", Capacity: 80})
	a, _ := p.TryAcquire(30, fair.Client{Tenant: "a"})
	dropped := false
	a.Park(func() { dropped = true })
	if !a.Resume() || dropped {
		t.Fatal("nobody needed the room")
	}
	a.Park(func() { dropped = true })
	b, err := p.Acquire(t.Context(), 30, fair.Client{Tenant: "b"})
	if err != nil {
		t.Fatal(err)
	}
	if !dropped || a.Resume() || p.Used() != 30 {
		t.Errorf("dropped: %v, used: %d", dropped, p.Used())
	}
	a.Release()
	b.Release()
	if p.Used() != 0 {
		t.Errorf("%d are left", p.Used())
	}
}

package fair

import (
	"container/list"
	"context"
	"sync"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Limits of a pool. Capacity and What are required.
type Limits struct {
	// What names the resource in errors: "runs", "pictures".
	What string
	// Capacity is the size of the resource, in units of the caller's choice.
	Capacity int64
	// WaitTimeout bounds the wait of a request; 0 means until its context ends.
	WaitTimeout time.Duration
	// Waiting bounds the waiting requests of one visitor; 0 means 64. Further requests are
	// refused immediately.
	Waiting int
	// Turn is the time for which a tenant is served before the next waiting one; 0 means
	// once. It is for resources that are expensive to hand over.
	Turn time.Duration
	// Each bounds the units of one tenant, even if more is free; 0 means no such bound.
	Each int64
	// WholeTenant lets one visitor hold everything that its tenant may hold. Visitors then
	// share only by taking turns. It is for resources of a few units.
	WholeTenant bool
}

// Pool is a shared resource. It is safe for concurrent use.
type Pool struct {
	limits Limits

	// mu guards the fields below, and those of all tenants, visitors and leases. One lock for all
	// keeps the sums equal to their parts.
	mu      sync.Mutex
	used    int64
	waiters int
	tenants map[string]*tenant
	turns   turns[*tenant]
	parked  *list.List // of *Lease, the longest parked first
}

// maxWaiters bounds the waiting requests of one pool, because each turn visits every
// waiting visitor.
const maxWaiters = 4096

// New makes a pool.
func New(limits Limits) *Pool {
	if limits.Waiting == 0 {
		limits.Waiting = 64
	}
	return &Pool{limits: limits, tenants: map[string]*tenant{}, parked: list.New()}
}

// Most returns the size of the largest request that can be granted.
func (p *Pool) Most() int64 {
	if p.limits.WholeTenant {
		return max(1, p.limits.Capacity/2)
	}
	return max(1, p.limits.Capacity*3/8)
}

// Used returns the number of units that are held.
func (p *Pool) Used() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.used
}

// Waiting returns the number of waiting requests.
func (p *Pool) Waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiters
}

// Acquire takes n units for a client. It waits while the client has its share or nothing is
// left. The caller must release the lease.
func (p *Pool) Acquire(ctx context.Context, n int64, c Client) (*Lease, error) {
	if n > p.Most() {
		return nil, p.tooMuch()
	}
	if err := ctx.Err(); err != nil {
		return nil, errs.From(err)
	}
	l, w, drops := p.enter(n, c)
	for _, drop := range drops {
		drop()
	}
	if l != nil {
		return l, nil
	}
	if w == nil {
		return nil, p.full()
	}
	return p.wait(ctx, w)
}

// TryAcquire takes n units without waiting, or returns false.
func (p *Pool) TryAcquire(n int64, c Client) (*Lease, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.visitor(c)
	defer v.forget()
	if len(v.queue) > 0 || !p.fits(v, n) {
		return nil, false
	}
	return p.grant(v, n), true
}

// enter grants the request or queues it. Both results are nil if too many requests wait.
func (p *Pool) enter(n int64, c Client) (l *Lease, w *waiter, drops []func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.visitor(c)
	v.leases++ // keeps the entry alive while makeRoom ends its parked leases
	defer func() { v.leases--; v.forget() }()
	if len(v.queue) == 0 {
		drops = p.makeRoom(v, n)
		if p.fits(v, n) {
			return p.grant(v, n), nil, drops
		}
	}
	if len(v.queue) >= p.limits.Waiting || p.waiters >= maxWaiters {
		return nil, nil, drops
	}
	w = &waiter{visitor: v, n: n, turn: make(chan *Lease, 1)}
	v.enqueue(w)
	p.waiters++
	return nil, w, drops
}

func (p *Pool) wait(ctx context.Context, w *waiter) (*Lease, error) {
	var timeout <-chan time.Time
	if p.limits.WaitTimeout > 0 {
		timer := time.NewTimer(p.limits.WaitTimeout)
		defer timer.Stop()
		timeout = timer.C
	}
	var err error
	select {
	case l := <-w.turn:
		return l, nil
	case <-ctx.Done():
		err = errs.From(ctx.Err())
	case <-timeout:
		err = p.full()
	}
	if !p.leave(w) { // the turn came at the same moment, and its units must not be lost
		(<-w.turn).Release()
	}
	return nil, err
}

// leave removes a waiter from the queue. It returns false if the waiter has been served.
func (p *Pool) leave(w *waiter) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !w.visitor.dequeue(w) {
		return false
	}
	p.waiters--
	w.visitor.forget()
	p.serve() // waiters behind it may want less
	return true
}

// fits implements the rule of the package. p.mu is held.
func (p *Pool) fits(v *visitor, n int64) bool {
	t, free := v.tenant, p.limits.Capacity-p.used
	if n > free || p.limits.Each > 0 && t.used+n > p.limits.Each {
		return false
	}
	// A first small request is granted if there is room at all, because the shares of a
	// small pool would round down to nothing.
	small := n <= max(1, p.limits.Capacity/16)
	if t.used+n > free-n && !(small && t.used == 0) {
		return false
	}
	if p.limits.WholeTenant || small && v.used == 0 {
		return true
	}
	allowance := (free + t.used) / 2 // what the tenant may hold if nobody else changes
	return v.used+n <= 3*(allowance-t.used-n)
}

// serve grants waiting requests in turn until none fits. p.mu is held.
func (p *Pool) serve() {
	for {
		w := p.next()
		if w == nil {
			return
		}
		w.visitor.dequeue(w)
		p.waiters--
		w.turn <- p.grant(w.visitor, w.n)
	}
}

// next returns the waiter to serve next, or nil. p.mu is held.
func (p *Pool) next() *waiter {
	for t := range p.turns.all() {
		for v := range t.turns.all() {
			if w := v.queue[0]; p.fits(v, w.n) {
				if t.turnEnds(p.limits.Turn) {
					p.turns.served(t)
				}
				t.turns.served(v)
				return w
			}
		}
	}
	return nil
}

func (p *Pool) grant(v *visitor, n int64) *Lease {
	p.used += n
	v.tenant.used += n
	v.used += n
	v.leases++
	return &Lease{pool: p, visitor: v, n: n}
}

func (p *Pool) full() error {
	return errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
		"too many %s at the same time; wait until some have finished, then retry", p.limits.What).RetryAfter(time.Second)
}

func (p *Pool) tooMuch() error {
	return errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
		"this needs more %s than one client may have at the same time; send less in one request", p.limits.What)
}

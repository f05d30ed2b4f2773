package fair

import (
	"container/list"
	"context"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

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

func (p *Pool) full() error {
	return errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
		"too many %s at the same time; wait until some have finished, then retry", p.limits.What).RetryAfter(time.Second)
}

func (p *Pool) tooMuch() error {
	return errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
		"this needs more %s than one client may have at the same time; send less in one request", p.limits.What)
}

// makeRoom ends parked leases until a request fits. It returns their drop functions, to be
// called without p.mu. p.mu is held.
func (p *Pool) makeRoom(v *visitor, n int64) (drops []func()) {
	for e := p.parked.Front(); e != nil && !p.fits(v, n); e = p.parked.Front() {
		l := e.Value.(*Lease) //nolint:forcetypeassert // the list holds nothing else
		drops = append(drops, l.drop)
		l.shrink(0)
	}
	return drops
}

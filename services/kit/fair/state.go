package fair

import (
	"container/list"
	"slices"
	"sync"
	"time"
)

// tenant is the state of one tenant: its held room and its waiting requests.
type tenant struct {
	pool     *Pool
	name     string
	used     int64
	visitors map[string]*visitor
	turns    turns[*visitor]
	since    time.Time // start of its turn; zero during the turns of others
}

// turnEnds starts the turn of a tenant that is being served, or reports that its turn is
// over.
func (t *tenant) turnEnds(lasts time.Duration) bool {
	switch {
	case lasts == 0:
		return true
	case t.since.IsZero():
		t.since = time.Now()
		return false
	case time.Since(t.since) < lasts:
		return false
	}
	t.since = time.Time{}
	return true
}

// visitor is the state of one visitor of a tenant.
type visitor struct {
	tenant *tenant
	name   string
	used   int64
	leases int
	queue  []*waiter
}

type waiter struct {
	visitor *visitor
	n       int64
	turn    chan *Lease // its buffer of 1 lets serve go on under Pool.mu
}

// visitor returns the entry of a client, which it makes if necessary. p.mu is held.
func (p *Pool) visitor(c Client) *visitor {
	t := p.tenants[c.Tenant]
	if t == nil {
		t = &tenant{pool: p, name: c.Tenant, visitors: map[string]*visitor{}}
		p.tenants[c.Tenant] = t
	}
	v := t.visitors[c.Visitor]
	if v == nil {
		v = &visitor{tenant: t, name: c.Visitor}
		t.visitors[c.Visitor] = v
	}
	return v
}

// forget removes an entry that holds nothing and waits for nothing.
func (v *visitor) forget() {
	t := v.tenant
	if v.leases > 0 || len(v.queue) > 0 {
		return
	}
	delete(t.visitors, v.name)
	if len(t.visitors) == 0 {
		delete(t.pool.tenants, t.name)
	}
}

func (v *visitor) enqueue(w *waiter) {
	if v.queue = append(v.queue, w); len(v.queue) > 1 {
		return
	}
	v.tenant.turns.add(v)
	if v.tenant.turns.len() == 1 {
		v.tenant.pool.turns.add(v.tenant)
	}
}

// dequeue removes a waiter. It returns false if the waiter is not in the queue.
func (v *visitor) dequeue(w *waiter) bool {
	i := slices.Index(v.queue, w)
	if i < 0 {
		return false
	}
	if v.queue = slices.Delete(v.queue, i, i+1); len(v.queue) > 0 {
		return true
	}
	v.tenant.turns.remove(v)
	if v.tenant.turns.len() == 0 {
		v.tenant.pool.turns.remove(v.tenant)
	}
	return true
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

func (p *Pool) grant(v *visitor, n int64) *Lease {
	p.used += n
	v.tenant.used += n
	v.used += n
	v.leases++
	return &Lease{pool: p, visitor: v, n: n}
}

// Lease is a part of a pool that a client holds. It is safe for concurrent use.
type Lease struct {
	pool    *Pool // its mu guards the fields below
	visitor *visitor
	n       int64
	done    bool
	parked  *list.Element
	drop    func()
}

// shrink is Keep without serving waiters. p.mu is held.
func (l *Lease) shrink(n int64) {
	p, v, back := l.pool, l.visitor, l.n-n
	p.used -= back
	v.tenant.used -= back
	v.used -= back
	if l.n = n; n > 0 {
		return
	}
	if l.parked != nil {
		p.parked.Remove(l.parked)
		l.parked = nil
	}
	l.done = true
	v.leases--
	v.forget()
}

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

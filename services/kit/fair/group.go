package fair

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

// Client identifies the user of a resource. A client must not be able to change either name
// for free: a tenant is a workspace or all guests, a visitor is a key or an address.
type Client struct {
	Tenant, Visitor string
}

// guests is the tenant of all visitors without a key. It is the workspace of the key that
// their runs are charged to.
const guests = "operator"

// ClientOf returns the client that a call counts for: a key of a workspace, or an address
// among all guests.
func ClientOf(p caller.Principal) Client {
	if p.Kind == caller.Guest {
		return Client{Tenant: guests, Visitor: p.Visitor}
	}
	return Client{Tenant: p.Workspace, Visitor: p.Key}
}

type contextKey struct{}

// With sets the client that the work under a context counts for.
func With(ctx context.Context, c Client) context.Context {
	return context.WithValue(ctx, contextKey{}, c)
}

// From returns the client of a context, or the zero client.
func From(ctx context.Context) Client {
	c, _ := ctx.Value(contextKey{}).(Client)
	return c
}

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

// turns is a round-robin list of those who wait.
type turns[T comparable] struct{ order []T }

func (t *turns[T]) len() int         { return len(t.order) }
func (t *turns[T]) add(one T)        { t.order = append(t.order, one) }
func (t *turns[T]) all() iter.Seq[T] { return slices.Values(t.order) }

func (t *turns[T]) remove(one T) {
	if i := slices.Index(t.order, one); i >= 0 {
		t.order = slices.Delete(t.order, i, i+1)
	}
}

// served moves one to the end.
func (t *turns[T]) served(one T) {
	t.remove(one)
	t.add(one)
}

package fair

import "container/list"

// Lease is a part of a pool that a client holds. It is safe for concurrent use.
type Lease struct {
	pool    *Pool // its mu guards the fields below
	visitor *visitor
	n       int64
	done    bool
	parked  *list.Element
	drop    func()
}

// Release returns all units. A second call does nothing.
func (l *Lease) Release() { l.Keep(0) }

// Keep returns all but n units. It ends the lease if n is 0.
func (l *Lease) Keep(n int64) {
	p := l.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.done || n > 0 && n >= l.n {
		return
	}
	l.shrink(n)
	p.serve()
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

// Park declares that the units are not in use at the moment and that their content can be
// made again. If another client needs the room, the lease ends and drop is called to
// discard the content.
func (l *Lease) Park(drop func()) {
	p := l.pool
	p.mu.Lock()
	if l.done || l.parked != nil {
		p.mu.Unlock()
		return
	}
	if p.waiters > 0 { // they have first call on the room: while some wait, nothing is parked
		l.shrink(0)
		p.serve()
		p.mu.Unlock()
		drop()
		return
	}
	l.drop, l.parked = drop, p.parked.PushBack(l)
	p.mu.Unlock()
}

// Resume takes a parked lease back into use. It returns false if the lease has ended.
func (l *Lease) Resume() bool {
	p := l.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.done {
		return false
	}
	if l.parked != nil {
		p.parked.Remove(l.parked)
		l.parked, l.drop = nil, nil
	}
	return true
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

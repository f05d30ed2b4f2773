package fair

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

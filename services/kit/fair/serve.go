package fair

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

package throttle

// Addresses returns the number of addresses in memory.
func (t *Throttle) Addresses() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.clients)
}

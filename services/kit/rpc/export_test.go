package rpc

// Addresses returns the number of addresses in memory.
func (g *AuthThrottle) Addresses() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.by)
}

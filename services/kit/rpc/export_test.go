package rpc

// Addresses is how many addresses are kept.
func (g *AuthThrottle) Addresses() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.by)
}

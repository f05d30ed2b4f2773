package rpc

// Addresses is how many addresses are kept.
func (g *Guesses) Addresses() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.by)
}

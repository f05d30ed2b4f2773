package rpc

// Addresses returns the number of addresses in memory.
func (g *AuthThrottle) Addresses() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.by)
}

// AuthenticationLife is how long an answer of the vault is used.
const AuthenticationLife = authenticationLife

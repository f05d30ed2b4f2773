package fair

import "runtime"

// AwaitWaiters returns when n requests wait.
func AwaitWaiters(p *Pool, n int) {
	for {
		p.mu.Lock()
		waiters := p.waiters
		p.mu.Unlock()
		if waiters == n {
			return
		}
		runtime.Gosched()
	}
}

package inflight

import (
	"sync"
	"time"
)

// gate counts the runs in progress, so that a stop can wait for them.
type gate struct {
	mu     sync.Mutex // guards all fields: the last run to leave must see that the gate is closed
	runs   int
	closed bool
	empty  chan struct{} // closed once the gate is closed and no run is left
}

// enter returns false once the gate is closed.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.runs++
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.runs--; g.runs == 0 && g.closed {
		close(g.empty)
	}
}

// close lets no more runs enter.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed, g.empty = true, make(chan struct{})
	if g.runs == 0 {
		close(g.empty)
	}
}

// wait waits for all runs to leave a closed gate.
func (g *gate) wait(timeout time.Duration) bool {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-g.empty:
		return true
	case <-timer.C:
		return false
	}
}

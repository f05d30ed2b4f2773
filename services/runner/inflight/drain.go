package inflight

import (
	"context"
	"sync"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// errStopped ends the runs that are still in progress when the runner stops.
var errStopped = errs.Unavailable("the run ended because its runner stopped; try again")

// finishTimeout bounds how long ended runs may take to report their end. Together with the time
// that runs get to finish, it stays within what a program gives each of its parts to stop.
const finishTimeout = 10 * time.Second

// Run renews leases until ctx ends. Then it admits no more runs, waits for those in progress, ends
// them after drainTimeout, and returns when all have reported their end. Leases are renewed until then.
func (r *Runs) Run(ctx context.Context, drainTimeout time.Duration) {
	// Runs in progress need their leases after ctx has ended.
	leases, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		r.renew(leases)
	}()
	<-ctx.Done()
	r.gate.close()
	if !r.gate.wait(drainTimeout) {
		r.endAll(errStopped)
		if !r.gate.wait(finishTimeout) {
			r.logger.Error("stopped before all runs were booked", "runs", r.count())
		}
	}
	stop()
	<-stopped
}

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

package inflight

import (
	"context"
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

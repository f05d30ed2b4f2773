package runner

import (
	"context"
	"sync"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// errStopped ends what goes on when the runner is stopped.
var errStopped = errs.Unavailable(errorsv1.Reason_REASON_UNAVAILABLE, "the run was ended, because its runner was stopped; try again")

// patience is how long a run waits for a place: enough for a burst of short runs,
// too little for anybody to take it for the run itself.
const patience = 500 * time.Millisecond

// admit takes a place for a run. It comes before anything costs: what is refused
// here was not authorised, so nothing has to be undone. All that is known then is
// who calls. Which link is called does not count: a stranger can make tokens up.
func (s *Service) admit(ctx context.Context) (release func(), err error) {
	if !s.running.begin() {
		return nil, errs.Unavailable(errorsv1.Reason_REASON_UNAVAILABLE, "this runner is stopping; try again").
			RetryAfter(time.Second)
	}
	place, err := s.places.Acquire(ctx, 1, fair.ClientOf(caller.From(ctx)))
	if err != nil {
		s.running.end()
		return nil, err
	}
	return func() { place.Release(); s.running.end() }, nil
}

// client is who the work of an authorised run counts for: the workspace that is
// charged, which for a link may be its owner's, and who called.
func (r *run) client(ctx context.Context) fair.Client {
	c := fair.ClientOf(caller.From(ctx))
	if charged := r.allowed.GetChargedWorkspace(); charged != "" {
		c.Tenant = charged
	}
	return c
}

// running counts the runs that go on, so that a stop can wait for them.
type running struct {
	mu       sync.Mutex
	runs     int
	stopping bool
	none     chan struct{} // closed when a stop waits and nothing runs
}

// begin is false once the runner stops.
func (r *running) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopping {
		return false
	}
	r.runs++
	return true
}

func (r *running) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.runs--; r.runs == 0 && r.stopping {
		close(r.none)
	}
}

// stop lets no more begin.
func (r *running) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopping, r.none = true, make(chan struct{})
	if r.runs == 0 {
		close(r.none)
	}
}

// drained waits for all runs after a stop.
func (r *running) drained(within time.Duration) bool {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-r.none:
		return true
	case <-timer.C:
		return false
	}
}

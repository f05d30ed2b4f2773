package inflight

import (
	"context"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

const (
	// admissionTimeout is how long a run waits for a place: long enough for a burst of short
	// runs, too short to be mistaken for the run itself.
	admissionTimeout = 500 * time.Millisecond
	// maxWaiting bounds the runs that wait.
	maxWaiting = 256
)

func newPlaces(capacity int) *fair.Pool {
	return fair.New(fair.Limits{What: "runs", Capacity: int64(capacity), WaitTimeout: admissionTimeout, Waiting: maxWaiting})
}

// Admit takes a place for a run of a client. It comes before anything that costs: a run that is refused here
// was not authorised, so nothing has to be undone. Only the caller is known then. The link does
// not count, because a stranger can invent tokens.
func (r *Runs) Admit(ctx context.Context, client fair.Client) (release func(), err error) {
	if !r.gate.enter() {
		return nil, errs.Unavailable("this runner is stopping; try again").
			RetryAfter(time.Second)
	}
	place, err := r.places.Acquire(ctx, 1, client)
	if err != nil {
		r.gate.leave()
		return nil, err
	}
	return func() { place.Release(); r.gate.leave() }, nil
}

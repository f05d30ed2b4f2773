package runner

import (
	"context"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// errStopped ends what goes on when the runner is stopped.
var errStopped = errs.Unavailable(errorsv1.Reason_REASON_UNAVAILABLE, "the run was ended, because its runner was stopped; try again")

// patience is how long a run waits for a place: enough for a burst of short runs,
// too little for anybody to take it for the run itself.
const patience = 500 * time.Millisecond

// admit takes a place for a run. It comes before anything costs: what is refused
// here was not authorised, so nothing has to be undone.
func (s *Service) admit(ctx context.Context) (release func(), err error) {
	if s.stopping.Load() {
		return nil, errs.Unavailable(errorsv1.Reason_REASON_UNAVAILABLE, "this runner is stopping; try again").
			RetryAfter(time.Second)
	}
	select {
	case s.places <- struct{}{}:
		return s.release, nil
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case s.places <- struct{}{}:
		return s.release, nil
	case <-ctx.Done():
		return nil, errs.From(ctx.Err())
	case <-timer.C:
		return nil, errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
			"too many runs go on at the same time; try again").RetryAfter(time.Second)
	}
}

func (s *Service) release() { <-s.places }

package runner

import (
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// errStopped ends what goes on when the runner is stopped.
var errStopped = errs.Unavailable(errorsv1.Reason_REASON_UNAVAILABLE, "the run was ended, because its runner was stopped; try again")

// admit takes a place for a run. It comes before anything costs: what is refused
// here was not authorised, so nothing has to be undone.
func (s *Service) admit() (release func(), err error) {
	if s.stopping.Load() {
		return nil, errs.Unavailable(errorsv1.Reason_REASON_UNAVAILABLE, "this runner is stopping; try again").
			RetryAfter(time.Second)
	}
	select {
	case s.places <- struct{}{}:
		return func() { <-s.places }, nil
	default:
		return nil, errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
			"too many runs go on at the same time; try again").RetryAfter(time.Second)
	}
}

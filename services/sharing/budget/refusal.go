package budget

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// Refusal returns the error for the caller of a reservation that failed.
func Refusal(err error) error {
	if e, ok := errors.AsType[*meter.Exhausted](err); ok {
		return exhausted(e)
	}
	return fmt.Errorf("reserve: %w", err)
}

// exhausted names the budget that is used up and says when it resets.
func exhausted(e *meter.Exhausted) error {
	reason, whose := errorsv1.Reason_REASON_VISITOR_BUDGET_EXHAUSTED, "your allowance"
	switch e.Scope.Kind {
	case meter.Key:
		reason, whose = errorsv1.Reason_REASON_KEY_BUDGET_EXHAUSTED, "the budget of the key that is charged"
	case meter.Share:
		reason, whose = errorsv1.Reason_REASON_SHARE_BUDGET_EXHAUSTED, "the limit of this share"
	}
	when, reset := "it does not reset", ""
	if !e.Reset.IsZero() {
		reset = e.Reset.UTC().Format(time.RFC3339)
		when = "it resets at " + reset
	}
	limit := e.Scope.Limit.Runs
	refusal := errs.ResourceExhausted(reason, "%s of %d runs is used up; %s", whose, limit, when)
	if e.Unit == meter.Pictures {
		limit = e.Scope.Limit.Pictures
		refusal = tooManyPictures(e, reason, whose, when)
	}
	return refusal.With("budget", scopeWord(e.Scope.Kind)).With("unit", e.Unit.String()).
		With("limit", strconv.FormatInt(limit, 10)).With("resetTime", reset)
}

// tooManyPictures says how many pictures are left, except for the budget of a key: a
// visitor must not learn how much of it the owner has used.
func tooManyPictures(e *meter.Exhausted, reason errorsv1.Reason, whose, when string) *errs.Error {
	limit := e.Scope.Limit.Pictures
	if e.Scope.Kind == meter.Key {
		return errs.ResourceExhausted(reason, "%s of %d pictures has fewer left than the %d of this run; send fewer in one run, or wait: %s",
			whose, limit, e.Wanted, when)
	}
	if e.Left == 0 {
		return errs.ResourceExhausted(reason, "%s of %d pictures is used up; %s", whose, limit, when)
	}
	return errs.ResourceExhausted(reason, "this run has %d pictures, and %s has %d of %d left; send fewer in one run, or wait: %s",
		e.Wanted, whose, e.Left, limit, when).With("left", strconv.FormatInt(e.Left, 10))
}

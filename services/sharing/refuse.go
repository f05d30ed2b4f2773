package sharing

import (
	"strconv"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// noLink is the one answer to every token that opens nothing.
func noLink() error {
	return errs.NotFound(errorsv1.Reason_REASON_NOT_FOUND, "this link leads nowhere: it is wrong, or it was withdrawn")
}

// exhausted says which budget has too little left of what, and when it starts anew.
func exhausted(e *meter.Exhausted) error {
	reason, whose := errorsv1.Reason_REASON_VISITOR_BUDGET_EXHAUSTED, "your allowance"
	switch e.Scope.Kind {
	case meter.Key:
		reason, whose = errorsv1.Reason_REASON_KEY_BUDGET_EXHAUSTED, "the budget of the key that is charged"
	case meter.Share:
		reason, whose = errorsv1.Reason_REASON_SHARE_BUDGET_EXHAUSTED, "the limit of this share"
	}
	when, reset := "it does not start anew", ""
	if !e.Reset.IsZero() {
		reset = e.Reset.UTC().Format(time.RFC3339)
		when = "it starts anew at " + reset
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

// tooManyPictures says how many fewer would do, but not how much of its budget
// somebody's key has used.
func tooManyPictures(e *meter.Exhausted, reason errorsv1.Reason, whose, when string) *errs.Error {
	limit := e.Scope.Limit.Pictures
	if e.Scope.Kind == meter.Key {
		return errs.ResourceExhausted(reason, "%s of %d pictures does not have the %d of this run left; send fewer at once, or wait: %s",
			whose, limit, e.Wanted, when)
	}
	if e.Left == 0 {
		return errs.ResourceExhausted(reason, "%s of %d pictures is used up; %s", whose, limit, when)
	}
	return errs.ResourceExhausted(reason, "this run has %d pictures, and %s has %d of %d left; send fewer at once, or wait: %s",
		e.Wanted, whose, e.Left, limit, when).With("left", strconv.FormatInt(e.Left, 10))
}

// scopeWord is what clients call a scope.
func scopeWord(k meter.Kind) string {
	if k == meter.Guest {
		return string(meter.Visitor)
	}
	return string(k)
}

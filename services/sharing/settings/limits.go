package settings

import (
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

// The limits of a share whose owner opens a setting and names none.
const (
	defaultRuns   = 100
	defaultCalls  = 200
	defaultPeriod = vaultv1.Period_PERIOD_DAY
	// visitors is how many visitors an opened share is for at least. By default one
	// visitor may have this part of its runs.
	visitors = 5
)

// fillLimits fills in the limits of an opened share, and refuses one without a bound. A
// change of limits starts a new count, because the old one has another period or bound.
func (e *edit) fillLimits() error {
	if e.row.Opened() {
		if err := e.boundOpened(); err != nil {
			return err
		}
	}
	if err := e.checkPictures(); err != nil {
		return err
	}
	now, before := e.row.Limits(), e.before.Limits()
	if now.Total() != before.Total() || now.PerVisitor() != before.PerVisitor() || now.Period != before.Period {
		e.row.LimitEpoch++
	}
	return nil
}

// boundOpened gives an opened share finite limits. It refuses to remove them from one that
// was open before.
func (e *edit) boundOpened() error {
	fresh := e.created || !e.before.Opened() || e.row.Hidden() && !e.before.Hidden()
	if !fresh && e.limited && (e.row.Runs == 0 || e.row.Hidden() && e.row.Calls == 0) {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_LIMITS_REQUIRED,
			"a share with run access or hidden credentials needs finite limits: set runs, and with hidden credentials also credential_calls")
	}
	period := vaultv1.Period_PERIOD_MONTH
	if e.row.Runs == 0 {
		e.row.Runs, period = defaultRuns, defaultPeriod
	}
	if e.row.VisitorRuns == 0 {
		e.row.VisitorRuns = (e.row.Runs + visitors - 1) / visitors
	}
	if e.row.Hidden() && e.row.Calls == 0 {
		e.row.Calls, period = defaultCalls, defaultPeriod
	}
	if e.row.Period == 0 {
		e.row.Period = int64(period)
	}
	return nil
}

// checkPictures refuses a limit on pictures without one on runs: a run without pictures
// would have no bound.
func (e *edit) checkPictures() error {
	if e.row.Pictures > 0 && e.row.Runs == 0 {
		return resource.Invalid("share.limits.pictures", "needs a limit on runs: set limits.runs too")
	}
	if e.row.VisitorPictures > 0 && e.row.VisitorRuns == 0 {
		return resource.Invalid("share.limits.visitor_pictures", "needs a limit on a visitor's runs: set limits.visitor_runs too")
	}
	return nil
}

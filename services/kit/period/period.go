// Package period computes the windows of budgets.
//
// Windows are in UTC, so that replicas in different time zones agree. The package does not
// count anything.
package period

import (
	"time"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// OrMonth returns the period, or a month if none is set.
func OrMonth(p vaultv1.Period) vaultv1.Period {
	if p == vaultv1.Period_PERIOD_UNSPECIFIED {
		return vaultv1.Period_PERIOD_MONTH
	}
	return p
}

// Start returns the start of the window that contains a time. A lifetime starts at the Unix
// epoch.
func Start(p vaultv1.Period, at time.Time) time.Time {
	at = at.UTC()
	switch p {
	case vaultv1.Period_PERIOD_DAY:
		return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	case vaultv1.Period_PERIOD_LIFETIME:
		return time.Unix(0, 0).UTC()
	default:
		return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
}

// End returns the start of the next window. It is the zero time for a lifetime, which has
// no end.
func End(p vaultv1.Period, at time.Time) time.Time {
	switch start := Start(p, at); p {
	case vaultv1.Period_PERIOD_DAY:
		return start.AddDate(0, 0, 1)
	case vaultv1.Period_PERIOD_LIFETIME:
		return time.Time{}
	default:
		return start.AddDate(0, 1, 0)
	}
}

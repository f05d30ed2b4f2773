// Package period says when the windows of budgets begin and end.
//
// Windows are those of UTC, so that replicas in different places agree. The package refuses to
// count; it only tells times.
package period

import (
	"time"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// OrMonth returns the period, or a month where none was given.
func OrMonth(p vaultv1.Period) vaultv1.Period {
	if p == vaultv1.Period_PERIOD_UNSPECIFIED {
		return vaultv1.Period_PERIOD_MONTH
	}
	return p
}

// Start is when the window that contains a time began. A lifetime began with the Unix epoch.
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

// End is when the next window begins. It is zero for a lifetime, which has no end.
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

package period_test

import (
	"testing"
	"time"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/period"
)

func TestWindows(t *testing.T) {
	t.Parallel()
	const day, month, lifetime, unset = vaultv1.Period_PERIOD_DAY, vaultv1.Period_PERIOD_MONTH, vaultv1.Period_PERIOD_LIFETIME, vaultv1.Period_PERIOD_UNSPECIFIED
	east := time.FixedZone("east", 5*3600)
	for _, c := range []struct {
		period     vaultv1.Period
		at         time.Time
		start, end string
	}{
		{day, time.Date(2026, 2, 28, 23, 59, 59, 0, time.UTC), "2026-02-28", "2026-03-01"},
		{day, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "2026-03-01", "2026-03-02"},
		{day, time.Date(2026, 3, 1, 4, 0, 0, 0, east), "2026-02-28", "2026-03-01"},
		{month, time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC), "2026-12-01", "2027-01-01"},
		{month, time.Date(2026, 3, 1, 4, 0, 0, 0, east), "2026-02-01", "2026-03-01"},
		{unset, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), "2024-02-01", "2024-03-01"},
		{lifetime, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "1970-01-01", ""},
	} {
		start, end := period.Start(c.period, c.at), period.End(c.period, c.at)
		if got := start.Format(time.DateOnly); got != c.start || !start.Equal(start.Truncate(24*time.Hour)) {
			t.Errorf("%v at %v starts at %v, want %s", c.period, c.at, start, c.start)
		}
		if c.end == "" && !end.IsZero() || c.end != "" && end.Format(time.DateOnly) != c.end {
			t.Errorf("%v at %v ends at %v, want %q", c.period, c.at, end, c.end)
		}
		if !end.IsZero() && !period.Start(c.period, end).Equal(end) {
			t.Errorf("%v: the next window does not start at %v", c.period, end)
		}
	}
	if period.OrMonth(unset) != month || period.OrMonth(day) != day {
		t.Error("a month is the default, and no more")
	}
}

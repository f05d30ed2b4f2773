package vault

import (
	"database/sql"
	"fmt"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// budget bounds the runs that may be charged to a key, as its columns hold it. One
// whose runs are NULL is no bound.
type budget struct {
	runs   sql.NullInt64
	period int64
}

func newBudget(b *vaultv1.Budget) budget {
	if b == nil {
		return budget{}
	}
	return budget{runs: sql.NullInt64{Int64: b.GetRuns(), Valid: true}, period: int64(orMonth(b.GetPeriod()))}
}

func orMonth(p vaultv1.Period) vaultv1.Period {
	if p == vaultv1.Period_PERIOD_UNSPECIFIED {
		return vaultv1.Period_PERIOD_MONTH
	}
	return p
}

func (b budget) every() vaultv1.Period { return orMonth(vaultv1.Period(b.period)) }

func (b budget) message() *vaultv1.Budget {
	if !b.runs.Valid {
		return nil
	}
	return &vaultv1.Budget{Runs: b.runs.Int64, Period: b.every()}
}

// within reports whether b allows nothing that limit does not allow. Each period
// is part of one of the next longer kind: so many runs in a month are at most as
// many on each of its days.
func (b budget) within(limit budget) bool {
	if !limit.runs.Valid {
		return true
	}
	return b.runs.Valid && b.runs.Int64 <= limit.runs.Int64 && b.every() >= limit.every()
}

// String is for people.
func (b budget) String() string {
	switch {
	case !b.runs.Valid:
		return "no bound"
	case b.every() == vaultv1.Period_PERIOD_DAY:
		return fmt.Sprintf("%d runs a day", b.runs.Int64)
	case b.every() == vaultv1.Period_PERIOD_LIFETIME:
		return fmt.Sprintf("%d runs in all", b.runs.Int64)
	default:
		return fmt.Sprintf("%d runs a month", b.runs.Int64)
	}
}

package keys

import (
	"database/sql"
	"fmt"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/period"
)

// budget bounds the runs that may be charged to a key and the pictures in them, as its
// columns hold it. One whose runs are NULL is no bound.
type budget struct {
	runs     sql.NullInt64
	pictures int64 // 0 is picturesPerRun for each run
	period   int64
}

// picturesPerRun is how many pictures each allowed run stands for where nobody has
// limited pictures themselves. Sharing counts by the same number.
const picturesPerRun = 10

// mostPictures is the bound on pictures that holds.
func (b budget) mostPictures() int64 {
	if b.pictures > 0 {
		return b.pictures
	}
	return picturesPerRun * b.runs.Int64
}

func newBudget(b *vaultv1.Budget) budget {
	if b == nil {
		return budget{}
	}
	return budget{runs: sql.NullInt64{Int64: b.GetRuns(), Valid: true}, pictures: b.GetPictures(), period: int64(period.OrMonth(b.GetPeriod()))}
}

func (b budget) every() vaultv1.Period { return period.OrMonth(vaultv1.Period(b.period)) }

func (b budget) message() *vaultv1.Budget {
	if !b.runs.Valid {
		return nil
	}
	return &vaultv1.Budget{Runs: b.runs.Int64, Period: b.every(), Pictures: b.pictures}
}

// within reports whether b allows nothing that limit does not allow. Each period
// is part of one of the next longer kind: so many runs in a month are at most as
// many on each of its days.
func (b budget) within(limit budget) bool {
	if !limit.runs.Valid {
		return true
	}
	return b.runs.Valid && b.runs.Int64 <= limit.runs.Int64 && b.mostPictures() <= limit.mostPictures() && b.every() >= limit.every()
}

// String is for people.
func (b budget) String() string {
	if !b.runs.Valid {
		return "no bound"
	}
	amount := fmt.Sprintf("%d runs", b.runs.Int64)
	if b.pictures > 0 {
		amount += fmt.Sprintf(" and %d pictures", b.pictures)
	}
	switch b.every() {
	case vaultv1.Period_PERIOD_DAY:
		return amount + " a day"
	case vaultv1.Period_PERIOD_LIFETIME:
		return amount + " in all"
	default:
		return amount + " a month"
	}
}

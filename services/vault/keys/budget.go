package keys

import (
	"database/sql"
	"fmt"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/period"
)

// budget limits the runs that may be charged to a key, and the pictures in them. It has the form of its columns:
// NULL runs mean no limit.
type budget struct {
	runs     sql.NullInt64
	pictures int64 // 0 is picturesPerRun for each run
	period   int64
}

// picturesPerRun is the number of pictures that a budget allows for each of its runs, unless it limits pictures
// too. Sharing counts by the same number.
const picturesPerRun = 10

// maxPictures is the limit of pictures.
func (b budget) maxPictures() int64 {
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

// within reports whether limit allows everything that b allows. A longer period with the same number allows less:
// each day is part of one month.
func (b budget) within(limit budget) bool {
	if !limit.runs.Valid {
		return true
	}
	return b.runs.Valid && b.runs.Int64 <= limit.runs.Int64 && b.maxPictures() <= limit.maxPictures() && b.every() >= limit.every()
}

// String is the budget for people.
func (b budget) String() string {
	if !b.runs.Valid {
		return "no limit"
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

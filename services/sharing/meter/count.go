package meter

import (
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Unit is what is counted: runs, and the work in them.
type Unit int

// The units. A picture is one element of a batch input of any kind: each goes through the
// steps.
const (
	Runs Unit = iota
	Pictures
)

// String names the unit in messages.
func (u Unit) String() string { return [...]string{Runs: "runs", Pictures: "pictures"}[u] }

// Count is a number of each unit.
type Count struct{ Runs, Pictures int64 }

func (c Count) of(u Unit) int64 {
	if u == Pictures {
		return c.Pictures
	}
	return c.Runs
}

// less returns what is left of c. It is never below 0.
func (c Count) less(used Count) Count {
	return Count{Runs: max(0, c.Runs-used.Runs), Pictures: max(0, c.Pictures-used.Pictures)}
}

// Run is a run as it is counted.
type Run struct {
	ID       string
	Start    time.Time
	Pictures int64
	// Over is how many pictures it had beyond those that are reserved.
	Over int64
}

// takes returns what the run takes of each unit. A run that takes none of a unit is not
// refused for it, however little is left.
func (r Run) takes() iter.Seq2[Unit, int64] {
	return func(yield func(Unit, int64) bool) {
		if yield(Runs, 1) && r.Pictures > 0 {
			yield(Pictures, r.Pictures)
		}
	}
}

// member names the run in a set of reservations, with its pictures. The sweep that takes
// back the reservation of a dead process learns them from nowhere else.
func (r Run) member() string { return r.ID + " " + strconv.FormatInt(r.Pictures, 10) }

func (r Run) reservation() redis.Z {
	return redis.Z{Score: float64(r.Start.UnixMilli()), Member: r.member()}
}

// reserved returns the run of a reservation.
func reserved(z redis.Z) Run {
	text, _ := z.Member.(string)
	run := Run{ID: text, Start: time.UnixMilli(int64(z.Score))}
	if at := strings.LastIndexByte(text, ' '); at >= 0 {
		run.ID = text[:at]
		run.Pictures, _ = strconv.ParseInt(text[at+1:], 10, 64)
	}
	return run
}

package meter

import (
	"strconv"
	"time"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// Kind is what the limit of a scope applies to.
type Kind string

// The kinds, in the order in which reservations are made.
const (
	Key     Kind = "key"
	Share   Kind = "share"
	Visitor Kind = "visitor"
	Guest   Kind = "guest"
)

// Subject identifies whose runs are counted, in the ledger too.
type Subject struct {
	Kind Kind `json:"k"`
	// Key is the resource name of a key: of Key and Guest.
	Key string `json:"key,omitempty"`
	// Share is the unique id of a share: of Share and Visitor.
	Share string `json:"share,omitempty"`
	// Caller is who asks, for Visitor and Guest. A member counts as its workspace, with all
	// of its keys.
	Caller string `json:"caller,omitempty"`
	// Epoch changes with the limits of a share. A scope without a limit is not counted, so
	// a counter from before must not be used again.
	Epoch int64 `json:"epoch,omitempty"`
}

// id is the subject as part of a Redis key.
func (s Subject) id() string {
	return string(s.Kind) + "|" + s.Key + "|" + s.Share + "|" + s.Caller + "|" + strconv.FormatInt(s.Epoch, 10)
}

// Scope is a subject with its limit.
type Scope struct {
	Subject
	// Limited reports whether Limit bounds the subject. Otherwise it is only counted.
	Limited bool
	// Limit may be admitted in one Period; 0 admits none.
	Limit  Count
	Period vaultv1.Period
}

// fields returns the three counters of a unit that count a run with this start time. All are kept, because a limit may
// change its period at any time.
func fields(u Unit, at time.Time) [3]string {
	prefix := [...]string{Runs: "", Pictures: "p"}[u]
	return [3]string{prefix + "d" + at.UTC().Format("20060102"), prefix + "m" + at.UTC().Format("200601"), prefix + "l"}
}

// which returns the index of a period's counter in fields.
func which(p vaultv1.Period) int {
	switch p {
	case vaultv1.Period_PERIOD_DAY:
		return 0
	case vaultv1.Period_PERIOD_LIFETIME:
		return 2
	default:
		return 1
	}
}

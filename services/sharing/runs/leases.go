package runs

import (
	"sync"
	"time"

	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
)

// leases remembers the runs that this replica admitted or that are renewed here. So a
// renewal, of which there are two each second, writes a row only now and then, and the end
// of a run reads none.
type leases struct {
	// mu guards the map and the asked of its leases. Nothing else of a lease changes.
	mu   sync.Mutex
	runs map[string]*lease
}

// lease is a run in progress.
type lease struct {
	row        ledger.Run
	conditions ledger.Conditions
	// until is the lease in the row. asked is when the runner renewed it last.
	until, asked time.Time
}

func newLeases() *leases { return &leases{runs: map[string]*lease{}} }

func (l *leases) add(run string, have *lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs[run] = have
}

func (l *leases) of(run string) *lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.runs[run]
}

func (l *leases) drop(run string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.runs, run)
}

// split returns the leases of the runs that are known and proven, and the proofs of the
// rest. A run that is known and not proven is in the rest, so that it takes as long as one
// that is not known: the time of the answer must not tell them apart.
func (l *leases) split(runs []string, proofs [][]byte, now time.Time) (known map[string]*lease, rest map[string][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known, rest = make(map[string]*lease, len(runs)), map[string][]byte{}
	for i, run := range runs {
		var proof []byte
		if i < len(proofs) {
			proof = proofs[i]
		}
		if have := l.runs[run]; have != nil && have.conditions.ProvenBy(proof) {
			have.asked = now
			known[run] = have
		} else {
			rest[run] = proof
		}
	}
	return known, rest
}

// prune forgets runs that were not renewed here since a time.
func (l *leases) prune(before time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for run, have := range l.runs {
		if have.asked.Before(before) {
			delete(l.runs, run)
		}
	}
}

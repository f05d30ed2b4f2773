package audit

import (
	"sync"
	"time"
)

// Limits of the refusals that are written for each workspace: a burst, and one every refusalEvery. Further
// refusals are counted, and the next entry says how many there were.
const (
	refusalBurst  = 20
	refusalEvery  = 3 * time.Second
	maxRefusalWSs = 4096
)

// refusals bounds what an attacker can write into the audit log.
type refusals struct {
	// mu guards by, because refusals of all workspaces come at the same time.
	mu sync.Mutex
	by map[string]*refusalBucket
}

type refusalBucket struct {
	tokens  float64
	last    time.Time
	dropped int
}

// admit reports whether another refusal of a workspace may be written, and how many were not written since
// the last one.
func (r *refusals) admit(workspace string, now time.Time) (dropped int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil || len(r.by) > maxRefusalWSs {
		r.by = make(map[string]*refusalBucket)
	}
	b := r.by[workspace]
	if b == nil {
		b = &refusalBucket{tokens: refusalBurst, last: now}
		r.by[workspace] = b
	}
	b.tokens = min(refusalBurst, b.tokens+now.Sub(b.last).Seconds()/refusalEvery.Seconds())
	b.last = now
	if b.tokens < 1 {
		b.dropped++
		return 0, false
	}
	b.tokens--
	dropped, b.dropped = b.dropped, 0
	return dropped, true
}

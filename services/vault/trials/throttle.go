package trials

import (
	"sync"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Limits of the tests of one workspace, on one replica: a burst, and one more every testEvery. A provider that gets
// many calls with a wrong key may lock its account. Beyond maxWorkspaces, all counts are reset.
const (
	testBurst     = 10
	testEvery     = 6 * time.Second
	maxWorkspaces = 4096
)

// throttle bounds the tests of each workspace.
type throttle struct {
	// mu guards by, because tests of all workspaces come at the same time.
	mu sync.Mutex
	by map[string]*bucket
}

type bucket struct {
	left float64
	at   time.Time
}

// take uses up a test of a workspace, or returns an error if none is left.
func (t *throttle) take(workspace string, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.by == nil || len(t.by) > maxWorkspaces {
		t.by = make(map[string]*bucket)
	}
	b := t.by[workspace]
	if b == nil {
		b = &bucket{left: testBurst, at: now}
		t.by[workspace] = b
	}
	b.left, b.at = min(testBurst, b.left+now.Sub(b.at).Seconds()/testEvery.Seconds()), now
	if b.left < 1 {
		wait := time.Duration((1 - b.left) * float64(testEvery))
		return errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
			"this workspace has tested many credentials in a short time; try again later").RetryAfter(wait)
	}
	b.left--
	return nil
}

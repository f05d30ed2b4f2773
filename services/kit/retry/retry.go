// Package retry repeats calls that may be made twice.
//
// It owns the pauses between attempts. It refuses to decide what may be repeated: the caller names
// the errors, and answers for a call that was made twice.
package retry

import (
	"context"
	"time"
)

// Policy says how often a call is made and how long the pauses are.
type Policy struct {
	// First is the pause after the first attempt. Each later one is Factor times as long, up to Max.
	First, Max time.Duration
	Factor     int
	// Attempts bounds the calls; 0 means until the context ends.
	Attempts int
}

// Do makes a call until it succeeds, until it fails with an error that is not retryable, or until
// the policy or the context ends. It returns the error of the last call.
func Do(ctx context.Context, p Policy, retryable func(error) bool, call func() error) error {
	pause := p.First
	for attempt := 1; ; attempt++ {
		err := call()
		if err == nil || attempt == p.Attempts || !retryable(err) || !Sleep(ctx, pause) {
			return err
		}
		pause = min(pause*time.Duration(p.Factor), p.Max)
	}
}

// Sleep reports whether the time passed before the context ended.
func Sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

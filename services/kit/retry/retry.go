// Package retry repeats idempotent calls: until one succeeds, or at an interval.
//
// It owns the pauses between attempts. The caller decides which errors are retried and is
// responsible for calls that run twice.
package retry

import (
	"context"
	"time"
)

// Policy bounds the attempts and the pauses between them.
type Policy struct {
	// First is the pause after the first attempt. Each later pause is Factor times longer,
	// up to Max.
	First, Max time.Duration
	Factor     int
	// Attempts bounds the calls; 0 means until the context ends.
	Attempts int
}

// Do calls call until it succeeds, fails with an error that is not retryable, or the policy
// or the context ends. It returns the error of the last call.
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

// Sleep waits. It returns false if the context ended first.
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

// Every calls call after each interval, until the context ends.
func Every(ctx context.Context, interval time.Duration, call func(context.Context)) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			call(ctx)
		}
	}
}

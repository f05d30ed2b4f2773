package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// stepState is what one step keeps for one run.
type stepState struct {
	attempts atomic.Int64

	mu   sync.Mutex
	kept map[string]any
}

// State is what the step keeps between its calls in one run, made by initial
// when first asked for. It never outlives the run: the next one may be another
// person's. What it holds is shared by calls that run side by side.
func (c *Call) State(key string, initial func() any) any {
	c.state.mu.Lock()
	defer c.state.mu.Unlock()
	kept, ok := c.state.kept[key]
	if !ok {
		kept = initial()
		if c.state.kept == nil {
			c.state.kept = map[string]any{}
		}
		c.state.kept[key] = kept
	}
	return kept
}

// NewAttempt numbers one try at something that may be charged. Every try gets a
// number of its own, whatever becomes of it: it is under this number that the
// try is written down before it is made.
func (c *Call) NewAttempt() Attempt {
	return Attempt{Step: c.Step.Name, Number: int(c.state.attempts.Add(1))}
}

// Use reports what an attempt used.
func (c *Call) Use(use Use) {
	if c.Meter != nil {
		c.Meter(use)
	}
}

// Retry says how often and how patiently to try again.
type Retry struct {
	// Tries counts the first one too; 0 means 1.
	Tries int
	// Wait before the second try, doubled each time, up to Longest.
	Wait, Longest time.Duration
}

// retryable marks an error after which another try may help.
type retryable struct {
	err   error
	after time.Duration
}

func (r *retryable) Error() string { return r.err.Error() }
func (r *retryable) Unwrap() error { return r.err }

// Retryable marks err as one after which another try may help, not before after.
func Retryable(err error, after time.Duration) error {
	if err == nil {
		return nil
	}
	return &retryable{err: err, after: after}
}

// Attempts calls do until it returns nil or an error that is not [Retryable], or
// the tries are used up. Clients must have their own retries switched off: only
// tries that go through here are counted and charged.
func (c *Call) Attempts(ctx context.Context, retry Retry, do func(context.Context, Attempt) error) error {
	wait := retry.Wait
	for try := 1; ; try++ {
		err := do(ctx, c.NewAttempt())
		again, ok := errors.AsType[*retryable](err)
		if !ok {
			return err
		}
		if try >= retry.Tries || ctx.Err() != nil {
			return again.err
		}
		pause := max(again.after, jitter(wait))
		if retry.Longest > 0 && again.after > retry.Longest {
			return again.err // the other side wants more patience than we have
		}
		if !sleep(ctx, pause) {
			return again.err
		}
		wait = min(max(2*wait, wait), max(retry.Longest, wait))
	}
}

// jitter spreads tries over the second half of the wait, so that runs which
// failed together do not return together.
func jitter(wait time.Duration) time.Duration {
	if wait <= 0 {
		return 0
	}
	return wait/2 + rand.N(wait/2+1) //nolint:gosec // a delay, not a secret
}

func sleep(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/retry"
)

// stepState is the state of one step during one run.
type stepState struct {
	attempts atomic.Int64 // no two concurrent calls may get one number

	mu   sync.Mutex // guards kept; it is not held while a block uses what is kept
	kept map[string]any
}

// State returns the state that the step keeps between its calls in one run. The first call
// makes it with initial. It outlives the run only in a [Session], because the next run may
// belong to another person. Concurrent calls share it, so what it holds must be safe for
// concurrent use.
func (c *Call) State(key string, initial func() any) any { return c.state.keep(key, initial) }

// Shared returns state like State, but all steps of the run share it.
func (c *Call) Shared(key string, initial func() any) any { return c.shared.keep(key, initial) }

func (s *stepState) keep(key string, initial func() any) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.kept[key]
	if !ok {
		kept = initial()
		if s.kept == nil {
			s.kept = map[string]any{}
		}
		s.kept[key] = kept
	}
	return kept
}

// NewAttempt numbers a try at something that may be charged. Every try gets its own number,
// because the vault records the try under this number before it is made.
func (c *Call) NewAttempt() Attempt {
	return Attempt{Step: c.Step.Name, Number: int(c.state.attempts.Add(1))}
}

// Use reports what an attempt used.
func (c *Call) Use(use Use) {
	if c.Meter != nil {
		c.Meter(use)
	}
}

// Retry is a policy for further tries.
type Retry struct {
	// Tries is the number of tries, including the first; 0 means 1.
	Tries int
	// Wait is the delay before the second try. It doubles with each try, up to Longest.
	Wait, Longest time.Duration
}

// retryable marks an error after which another try may succeed.
type retryable struct {
	err   error
	after time.Duration
}

func (r *retryable) Error() string { return r.err.Error() }
func (r *retryable) Unwrap() error { return r.err }

// Retryable marks err as an error after which another try may succeed, once after has
// passed.
func Retryable(err error, after time.Duration) error {
	if err == nil {
		return nil
	}
	return &retryable{err: err, after: after}
}

// Attempts calls do until it returns nil or an error that is not [Retryable], or until no
// try is left. Clients must disable their own retries, because only the tries made here are
// counted and charged.
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
			return again.err // the peer asks for a longer wait than the policy allows
		}
		if !sleep(ctx, pause) {
			return again.err
		}
		wait = min(max(2*wait, wait), max(retry.Longest, wait)) // max, because doubling may overflow
	}
}

// jitter returns a random delay in the second half of wait, so that runs which failed
// together do not retry together.
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
	return retry.Sleep(ctx, d)
}

// Session is what the steps of one compiled workflow remember. Each run has its own unless
// the request brings one: then the run continues where the last one of the session ended, as
// the frames of a video do. Its runs must follow one another and belong to one person.
type Session struct {
	steps  []stepState
	shared stepState
}

// NewSession returns a session of so many steps that remembers nothing yet.
func NewSession(steps int) *Session { return &Session{steps: make([]stepState, steps)} }

// NewSession returns a session that remembers nothing yet.
func (w *Workflow) NewSession() *Session { return NewSession(len(w.steps)) }

package revocation

import (
	"context"
	"errors"
	"sync"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/retry"
)

const (
	// watchEvery is how often the rights of running calls are checked.
	watchEvery = 250 * time.Millisecond
	// blind is how long a call may continue while its rights cannot be read.
	blind = 3 * time.Second
)

// Revoked is the error of a call whose right ended while it ran.
func Revoked() error {
	return errs.Aborted(errorsv1.Reason_REASON_RUN_REVOKED,
		"the run was ended: its share, key or credential was revoked, or the run itself was ended")
}

// Paused is the error of calls of a suspended share. It has the words of an ordinary pause: a visitor who
// could tell the two apart could tell that the guard found something.
func Paused() error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_SHARE_PAUSED, "this link is paused; its owner can resume it")
}

// Cause is the error with which a revocation cancelled a call, or nil.
func Cause(ctx context.Context) error {
	if e, ok := errors.AsType[*errs.Error](context.Cause(ctx)); ok {
		return e
	}
	return nil
}

// Running are the calls that this replica is making, by the subjects that they rest on.
type Running struct {
	// mu guards calls. No check runs under it, because a check reads the database.
	mu    sync.Mutex
	calls map[string]map[*call]struct{}
}

// call is a running call.
type call struct {
	cancel   context.CancelCauseFunc
	subjects []string
	check    func(context.Context) error
	seen     time.Time // of the last check that could be made; only Watch uses it
}

// NewRunning returns an empty set of calls.
func NewRunning() *Running { return &Running{calls: make(map[string]map[*call]struct{})} }

// Add registers a call. Add it before its rights are checked, so that a right that ends between the check
// and the call ends the call. The context ends with the first subject that does.
func (r *Running) Add(ctx context.Context, check func(context.Context) error, subjects ...string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	c := &call{cancel: cancel, subjects: subjects, check: check}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range subjects {
		if r.calls[s] == nil {
			r.calls[s] = make(map[*call]struct{})
		}
		r.calls[s][c] = struct{}{}
	}
	return ctx, func() { r.remove(c) }
}

func (r *Running) remove(c *call) {
	r.mu.Lock()
	for _, s := range c.subjects {
		delete(r.calls[s], c)
		if len(r.calls[s]) == 0 {
			delete(r.calls, s)
		}
	}
	r.mu.Unlock()
	c.cancel(context.Canceled)
}

// end cancels the calls that rest on a subject.
func (r *Running) end(subject string, cause error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.calls[subject] {
		c.cancel(cause)
	}
}

// all lists every call once, although it is registered under several subjects.
func (r *Running) all() []*call {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := make(map[*call]struct{})
	var all []*call
	for _, calls := range r.calls {
		for c := range calls {
			if _, ok := seen[c]; !ok {
				seen[c] = struct{}{}
				all = append(all, c)
			}
		}
	}
	return all
}

// Watch checks the rights of running calls until ctx ends. It does not rely on messages, which can be lost.
func (r *Running) Watch(ctx context.Context) error {
	retry.Every(ctx, watchEvery, r.checkAll)
	return nil
}

func (r *Running) checkAll(ctx context.Context) {
	// One check that hangs must not keep the others from ending, so all together get this time.
	ctx, cancel := context.WithTimeout(ctx, blind)
	defer cancel()
	for _, c := range r.all() {
		c.judge(c.check(ctx), time.Now()) // real time, because it is compared only with itself
	}
}

// judge ends a call whose check failed. If the check could not be made, the right is unknown, so the call
// continues until no check has succeeded for blind.
func (c *call) judge(err error, now time.Time) {
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_UNSPECIFIED:
		c.seen = now
	case errorsv1.Reason_REASON_UNAVAILABLE, errorsv1.Reason_REASON_CANCELLED, errorsv1.Reason_REASON_DEADLINE_EXCEEDED, errorsv1.Reason_REASON_INTERNAL:
		if c.seen.IsZero() {
			c.seen = now
		} else if now.Sub(c.seen) > blind {
			c.cancel(Revoked())
		}
	case errorsv1.Reason_REASON_SHARE_PAUSED:
		c.cancel(Paused())
	default:
		c.cancel(Revoked())
	}
}

package throttle

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// maxKnown is how many secrets that were valid skip the limits, so that a guesser cannot
// lock out other clients of the same address.
const maxKnown = 10_000

// Throttle limits wrong secrets of one kind. It is safe for concurrent use.
type Throttle struct {
	targetOf func(secret.Secret) string
	known    *otter.Cache[digest, struct{}]

	// mu guards the maps and what is in them. The secret is looked up without it.
	mu      sync.Mutex
	clients map[string]*client
	targets map[string]*bucket
}

// Keys limits keys and sessions.
func Keys() *Throttle { return newThrottle(beginning) }

// Codes limits codes that are used once, of this installation or of an identity provider.
func Codes() *Throttle { return newThrottle(whole) }

// Passwords limits the passwords of things that many people share, such as links. A secret begins with
// the name of its thing and NUL. Callers name the thing in from too, so that wrong passwords of one
// do not keep anyone from another.
func Passwords() *Throttle { return newThrottle(named) }

func newThrottle(targetOf func(secret.Secret) string) *Throttle {
	return &Throttle{
		targetOf: targetOf, clients: make(map[string]*client), targets: make(map[string]*bucket),
		known: otter.Must(&otter.Options[digest, struct{}]{MaximumSize: maxKnown}),
	}
}

// Try looks a secret up, unless the client or the secret has no tries left. from is the address
// of the client, or its pseudonym. Calls from inside this process have none, and no limit. A
// lookup that fails with REASON_UNAUTHENTICATED found a wrong secret. A client has the same
// tries for all lookups.
func Try[T any](ctx context.Context, t *Throttle, from string, presented secret.Secret, lookup func(context.Context, secret.Secret) (T, error)) (found T, err error) {
	hash, at := sha256.Sum256(presented.Expose()), t.targetOf(presented)
	_, known := t.known.GetIfPresent(hash)
	taken := false
	if !known && from != "" {
		// Take the try before the lookup, because otherwise many concurrent tries would cost
		// one.
		var wait time.Duration
		if taken, wait = t.take(from, at, hash, time.Now()); wait > 0 {
			return found, errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
				"too many attempts with wrong keys: check the key, and try again in a few seconds").RetryAfter(wait)
		}
	}
	found, err = lookup(ctx, presented)
	if errs.ReasonOf(err) == errorsv1.Reason_REASON_UNAUTHENTICATED {
		if known { // and was revoked
			t.known.Invalidate(hash)
			t.note(from, hash)
		}
		return found, err
	}
	if taken {
		t.giveBack(from, at, hash)
	}
	if err == nil && !known {
		t.known.Set(hash, struct{}{})
	}
	return found, err
}

// take uses up a try, or returns the time until the next one. A secret that the client
// presented lately costs none.
func (t *Throttle) take(from, at string, hash digest, now time.Time) (taken bool, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c, to := t.client(from, now), t.target(at, now)
	c.refill(now)
	to.refill(now)
	needed := 1.0
	if !c.isFull(now) { // it has tried wrong secrets lately
		needed += ofTarget.burst / 2
	}
	switch {
	case c.presented(hash):
		return false, 0
	case c.left < 1:
		return false, c.wait(1)
	case to.left < needed:
		return false, to.wait(needed)
	}
	c.left--
	to.left--
	c.note(hash)
	return true, 0
}

// note remembers a wrong secret that cost no try.
func (t *Throttle) note(from string, hash digest) {
	if from == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.client(from, time.Now()); !c.presented(hash) {
		c.note(hash)
	}
}

// giveBack returns the try that a secret took which was not found wrong.
func (t *Throttle) giveBack(from, at string, hash digest) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if to := t.targets[at]; to != nil {
		to.giveBack()
	}
	if c := t.clients[from]; c != nil {
		c.giveBack()
		c.forget(hash)
	}
}

// client returns the entry of an address. The caller holds the lock.
func (t *Throttle) client(from string, now time.Time) *client {
	return entry(t.clients, from, now, func() *client { return &client{bucket: ofClient.full(now)} })
}

// target returns the entry of a target. The caller holds the lock.
func (t *Throttle) target(at string, now time.Time) *bucket {
	return entry(t.targets, at, now, func() *bucket { b := ofTarget.full(now); return &b })
}

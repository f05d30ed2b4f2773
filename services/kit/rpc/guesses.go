package rpc

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Limits of guessing: so many wrong keys at once from one address, and one more every
// so often. Beyond maxGuessers addresses all begin anew, which gives each of those
// who guess as many tries as another address would.
const (
	guessBurst  = 20
	guessEvery  = 3 * time.Second
	maxGuessers = 10_000
)

// maxKnownKeys is how many keys that were right are asked for without a limit: whoever
// guesses from an address must not keep others out who share it.
const maxKnownKeys = 10_000

// Guesses bounds how many wrong keys one address may try before anybody is asked
// whose they are. It is safe for concurrent use.
type Guesses struct {
	next  func(context.Context, secret.Secret) (caller.Principal, error)
	known *otter.Cache[[sha256.Size]byte, struct{}]

	mu sync.Mutex
	by map[string]*guesser
}

// guesser is one address: how many tries it has left, as of a time. The same wrong key
// once more is no guess: it is a client that has not heard that its key was revoked, and
// must not keep others out who share its address.
type guesser struct {
	left float64
	at   time.Time
	seen [guessBurst][sha256.Size]byte // the last wrong keys, in a ring
	next int
}

// LimitGuesses bounds what gets through to next, such as an Authenticator.
func LimitGuesses(next func(context.Context, secret.Secret) (caller.Principal, error)) *Guesses {
	return &Guesses{
		next: next, by: make(map[string]*guesser),
		known: otter.Must(&otter.Options[[sha256.Size]byte, struct{}]{MaximumSize: maxKnownKeys}),
	}
}

// Authenticate finds whose key it is. From says who presents it, an address or a
// pseudonym of one; what comes from inside this process has none, and no limit.
func (g *Guesses) Authenticate(ctx context.Context, from string, key secret.Secret) (caller.Principal, error) {
	hash := sha256.Sum256(key.Expose())
	_, known := g.known.GetIfPresent(hash)
	taken := false
	if !known && from != "" {
		// Taken beforehand, or many tries at the same time would be one.
		var wait time.Duration
		if taken, wait = g.take(from, hash, time.Now()); wait > 0 {
			return caller.Principal{}, errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
				"too many wrong keys came from this address: check the key, and try again later").RetryAfter(wait)
		}
	}
	p, err := g.next(ctx, key)
	if errs.ReasonOf(err) == errorsv1.Reason_REASON_UNAUTHENTICATED {
		g.known.Invalidate(hash) // it was revoked
		g.note(from, hash)
		return p, err
	}
	if taken {
		g.giveBack(from)
	}
	if err == nil && !known {
		g.known.Set(hash, struct{}{})
	}
	return p, err
}

// take takes a try, or says how long it is until there is one. A wrong key that was
// tried before takes none.
func (g *Guesses) take(from string, hash [sha256.Size]byte, now time.Time) (taken bool, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := g.of(from, now)
	b.left, b.at = b.leftAt(now), now
	switch {
	case slices.Contains(b.seen[:], hash):
		return false, 0
	case b.left < 1:
		return false, time.Duration((1 - b.left) * float64(guessEvery))
	}
	b.left--
	return true, 0
}

// note remembers a wrong key.
func (g *Guesses) note(from string, hash [sha256.Size]byte) {
	if from == "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if b := g.of(from, time.Now()); !slices.Contains(b.seen[:], hash) {
		b.seen[b.next] = hash
		b.next = (b.next + 1) % len(b.seen)
	}
}

// of is what is known of an address. The lock is held.
func (g *Guesses) of(from string, now time.Time) *guesser {
	b := g.by[from]
	if b == nil {
		if len(g.by) >= maxGuessers {
			g.shrink(now)
		}
		b = &guesser{left: guessBurst, at: now}
		g.by[from] = b
	}
	return b
}

func (b *guesser) leftAt(now time.Time) float64 {
	return min(guessBurst, b.left+now.Sub(b.at).Seconds()/guessEvery.Seconds())
}

// giveBack returns the try of a key that was not wrong.
func (g *Guesses) giveBack(from string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if b := g.by[from]; b != nil {
		b.left = min(guessBurst, b.left+1)
	}
}

// shrink forgets those who have all their tries again, or else all.
func (g *Guesses) shrink(now time.Time) {
	for from, b := range g.by {
		if b.leftAt(now) >= guessBurst {
			delete(g.by, from)
		}
	}
	if len(g.by) >= maxGuessers {
		clear(g.by)
	}
}

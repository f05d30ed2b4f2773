package rpc

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Limits of wrong keys: a burst from one address, and one more per interval. Beyond
// maxClients addresses, all counts are reset. A guesser gains no more from a reset than
// from using another address.
const (
	guessBurst = 20
	guessEvery = 3 * time.Second
	maxClients = 10_000
)

// Limits of the wrong keys that begin with the same characters, from all addresses together:
// a burst, and one more per interval. So many addresses do not get many tries at one key.
// Clients that have tried no wrong key lately keep a half of the burst for themselves: a
// guesser must use a new address for each try before the holder of the key has to wait, and
// then the holder waits for seconds. A key that was valid here before never waits.
const (
	prefixBurst = 200
	prefixEvery = time.Second
	// keyPrefix is how many characters of a key listings show. Anyone who saw a listing can aim
	// at one key. A shorter text is its own prefix.
	keyPrefix = 8
)

// maxKnownKeys is how many keys that were valid skip the limit, so that a guesser cannot
// lock out other clients of the same address.
const maxKnownKeys = 10_000

// AuthThrottle limits the wrong keys that one address may try, and those that all addresses
// together may try at one key. It rejects further ones without asking the vault. It is safe for concurrent use.
type AuthThrottle struct {
	next  func(context.Context, secret.Secret) (caller.Principal, error)
	known *otter.Cache[[sha256.Size]byte, struct{}]

	// mu guards the maps and what is in them. The vault is not asked under it.
	mu       sync.Mutex
	by       map[string]*client
	prefixes map[string]*prefix
}

// prefix has the remaining tries of all clients at keys that begin with the same characters.
type prefix struct {
	left float64
	at   time.Time
}

func (p *prefix) leftAt(now time.Time) float64 {
	return min(prefixBurst, p.left+now.Sub(p.at).Seconds()/prefixEvery.Seconds())
}

// client is one address with its remaining tries at a point in time. Repeating the same
// wrong key costs no try, also while the first one is still being checked. Such a client
// does not know yet that its key was revoked, and must not lock out others of its address.
type client struct {
	left float64
	at   time.Time
	seen [guessBurst][sha256.Size]byte // the last keys that cost a try or were revoked, in a ring
	next int
}

// NewAuthThrottle limits the keys that reach next, such as an Authenticator.
func NewAuthThrottle(next func(context.Context, secret.Secret) (caller.Principal, error)) *AuthThrottle {
	return &AuthThrottle{
		next: next, by: make(map[string]*client), prefixes: make(map[string]*prefix),
		known: otter.Must(&otter.Options[[sha256.Size]byte, struct{}]{MaximumSize: maxKnownKeys}),
	}
}

// Authenticate returns the principal of a key. from is the address of the client, or its
// pseudonym. Calls from inside this process have none, and no limit.
func (g *AuthThrottle) Authenticate(ctx context.Context, from string, key secret.Secret) (caller.Principal, error) {
	return g.Try(ctx, from, key, g.next)
}

// Try is Authenticate for another kind of right, which next knows. A client has the same
// tries for all kinds.
func (g *AuthThrottle) Try(ctx context.Context, from string, key secret.Secret, next func(context.Context, secret.Secret) (caller.Principal, error)) (caller.Principal, error) {
	hash := sha256.Sum256(key.Expose())
	_, known := g.known.GetIfPresent(hash)
	taken := false
	if !known && from != "" {
		// Take the try before asking, because otherwise many concurrent tries would cost
		// one.
		var wait time.Duration
		if taken, wait = g.take(from, prefixOf(key), hash, time.Now()); wait > 0 {
			return caller.Principal{}, errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
				"too many wrong keys came from this address, or wrong keys like this one from many: check the key, and try again in a few seconds").RetryAfter(wait)
		}
	}
	p, err := next(ctx, key)
	if errs.ReasonOf(err) == errorsv1.Reason_REASON_UNAUTHENTICATED {
		if known { // and was revoked
			g.known.Invalidate(hash)
			g.note(from, hash)
		}
		return p, err
	}
	if taken {
		g.giveBack(from, prefixOf(key), hash)
	}
	if err == nil && !known {
		g.known.Set(hash, struct{}{})
	}
	return p, err
}

// take uses up a try, or returns the time until the next one. A key that was noted costs
// none.
func (g *AuthThrottle) take(from, begins string, hash [sha256.Size]byte, now time.Time) (taken bool, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b, p := g.of(from, now), g.prefix(begins, now)
	b.left, b.at = b.leftAt(now), now
	p.left, p.at = p.leftAt(now), now
	needed := 1.0
	if b.left < guessBurst { // it has tried wrong keys lately
		needed += prefixBurst / 2
	}
	switch {
	case slices.Contains(b.seen[:], hash):
		return false, 0
	case b.left < 1:
		return false, time.Duration((1 - b.left) * float64(guessEvery))
	case p.left < needed:
		return false, time.Duration((needed - p.left) * float64(prefixEvery))
	}
	b.left--
	p.left--
	b.note(hash)
	return true, 0
}

// note remembers a wrong key that cost no try.
func (g *AuthThrottle) note(from string, hash [sha256.Size]byte) {
	if from == "" {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if b := g.of(from, time.Now()); !slices.Contains(b.seen[:], hash) {
		b.note(hash)
	}
}

func (b *client) note(hash [sha256.Size]byte) {
	b.seen[b.next] = hash
	b.next = (b.next + 1) % len(b.seen)
}

// of returns the entry of an address. The caller holds the lock.
func (g *AuthThrottle) of(from string, now time.Time) *client {
	b := g.by[from]
	if b == nil {
		if len(g.by) >= maxClients {
			g.shrink(now)
		}
		b = &client{left: guessBurst, at: now}
		g.by[from] = b
	}
	return b
}

// prefixOf returns the characters of a key that may be known to others.
func prefixOf(key secret.Secret) string {
	text := key.Expose()
	return string(text[:min(len(text), keyPrefix)])
}

// prefix returns the entry of a beginning of keys. Beyond maxClients of them, those with all
// tries are dropped, or else all. The caller holds the lock.
func (g *AuthThrottle) prefix(begins string, now time.Time) *prefix {
	p := g.prefixes[begins]
	if p == nil {
		if len(g.prefixes) >= maxClients {
			maps.DeleteFunc(g.prefixes, func(_ string, p *prefix) bool { return p.leftAt(now) >= prefixBurst })
			if len(g.prefixes) >= maxClients {
				clear(g.prefixes)
			}
		}
		p = &prefix{left: prefixBurst, at: now}
		g.prefixes[begins] = p
	}
	return p
}

func (b *client) leftAt(now time.Time) float64 {
	return min(guessBurst, b.left+now.Sub(b.at).Seconds()/guessEvery.Seconds())
}

// giveBack returns the try that a key took which was not found wrong.
func (g *AuthThrottle) giveBack(from, begins string, hash [sha256.Size]byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p := g.prefixes[begins]; p != nil {
		p.left = min(prefixBurst, p.left+1)
	}
	b := g.by[from]
	if b == nil {
		return
	}
	b.left = min(guessBurst, b.left+1)
	if i := slices.Index(b.seen[:], hash); i >= 0 {
		b.seen[i] = [sha256.Size]byte{}
	}
}

// shrink drops the addresses that have all tries again, or else all addresses.
func (g *AuthThrottle) shrink(now time.Time) {
	for from, b := range g.by {
		if b.leftAt(now) >= guessBurst {
			delete(g.by, from)
		}
	}
	if len(g.by) >= maxClients {
		clear(g.by)
	}
}

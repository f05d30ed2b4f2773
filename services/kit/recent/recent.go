// Package recent caches answers for a moment, such as the rights of a caller.
//
// It owns the age of answers, it joins callers that ask for the same key at the same time,
// and it forgets answers when something changed. It does not cache errors. It never returns
// an answer that was requested more than MaxAge before the caller asked, or before a change
// that it knew of by then.
package recent

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const (
	// MaxAge bounds the use of an answer, counted from the request. Revoked rights must be
	// dead everywhere within a second, even if the message about it is lost. The rest of
	// the second is for the decision itself.
	MaxAge = 400 * time.Millisecond
	// loadTimeout bounds a load whose first caller has left.
	loadTimeout = 10 * time.Second
)

// Cache holds answers by key. It is safe for concurrent use.
type Cache[V any] struct {
	now  func() time.Time
	size int

	// mu guards the fields below. It is not held during a load. It is an RWMutex because
	// nearly all calls are hits, which only read.
	mu      sync.RWMutex
	entries map[string]entry[V]
	loads   map[string]*load[V]
	// changes counts the calls of Drop and DropAll. A load that started before such a call
	// is not cached.
	changes uint64
}

type entry[V any] struct {
	value V
	until time.Time
}

// load is a load that others may join.
type load[V any] struct {
	asked time.Time
	done  chan struct{} // closed after value and err are set
	value V
	err   error
}

// New returns a cache for at most size answers.
func New[V any](now func() time.Time, size int) *Cache[V] {
	return &Cache[V]{now: now, size: size, entries: map[string]entry[V]{}, loads: map[string]*load[V]{}}
}

// Get returns the answer for a key, or loads it. Concurrent callers share a load. The load
// does not end with the context of its first caller, because the others need it too.
func (c *Cache[V]) Get(ctx context.Context, key string, read func(context.Context) (V, error)) (V, error) {
	asked := c.now()
	if v, ok := c.find(key, asked); ok {
		return v, nil
	}
	l, first, changes := c.join(key, asked)
	if first {
		c.load(ctx, l, read)
		c.finish(key, l, changes)
		return l.value, l.err
	}
	select {
	case <-l.done:
		return l.value, l.err
	case <-ctx.Done():
		var none V
		return none, fmt.Errorf("wait for a load: %w", context.Cause(ctx))
	}
}

func (c *Cache[V]) find(key string, now time.Time) (v V, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.entries[key]
	if !ok || !e.young(now) {
		return v, false
	}
	return e.value, true
}

// young is false for an entry from the future too, because the clock may be set back.
func (e entry[V]) young(now time.Time) bool { return young(e.until, now) }

func young(until, now time.Time) bool {
	left := until.Sub(now)
	return left > 0 && left <= MaxAge
}

// join returns the load of a key, or starts one. A slow load takes no more callers once its
// answer would be too old for them.
func (c *Cache[V]) join(key string, asked time.Time) (l *load[V], first bool, changes uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l, ok := c.loads[key]; ok && young(l.asked.Add(MaxAge), asked) {
		return l, false, 0
	}
	l = &load[V]{asked: asked, done: make(chan struct{})}
	c.loads[key] = l
	return l, true, c.changes
}

func (c *Cache[V]) load(ctx context.Context, l *load[V], read func(context.Context) (V, error)) {
	defer errs.Recover(&l.err) // a load that panics must not leave the others waiting
	// The others need the answer after the first caller has left.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTimeout)
	defer cancel()
	l.value, l.err = read(ctx)
}

// finish answers the callers that joined. It caches the answer unless something changed
// meanwhile, or a later load of the key began.
func (c *Cache[V]) finish(key string, l *load[V], changes uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(l.done)
	if c.loads[key] != l {
		return
	}
	delete(c.loads, key)
	if l.err == nil && c.changes == changes {
		c.keep(key, entry[V]{l.value, l.asked.Add(MaxAge)})
	}
}

// keep stores an entry. c.mu is held.
func (c *Cache[V]) keep(key string, e entry[V]) {
	if len(c.entries) >= c.size {
		now := c.now()
		for k, old := range c.entries {
			if !old.young(now) {
				delete(c.entries, k)
			}
		}
		if len(c.entries) >= c.size { // all are young; dropping them costs only further loads
			clear(c.entries)
		}
	}
	c.entries[key] = e
}

// Put stores an answer that the caller has from elsewhere.
func (c *Cache[V]) Put(key string, v V) {
	until := c.now().Add(MaxAge)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(key, entry[V]{v, until})
}

// Drop forgets a key because its value has changed. Later callers do not join loads that
// started before, because these may have read the old value.
func (c *Cache[V]) Drop(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	delete(c.entries, key)
	delete(c.loads, key)
}

// DropAll forgets everything.
func (c *Cache[V]) DropAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	clear(c.entries)
	clear(c.loads)
}

package vault

import (
	"context"
	"sync"
	"time"
)

const (
	// freshness is how long a right that was read may be believed. Together with
	// the watch's period it stays under the second within which a revoked right
	// must be dead everywhere, even if Redis loses the message.
	freshness = 400 * time.Millisecond
	// maxRecent bounds each cache.
	maxRecent = 8192
)

// recent remembers what was read from the store, for no longer than freshness
// after the reading began.
type recent[V any] struct {
	now     func() time.Time
	mu      sync.Mutex
	entries map[string]entry[V]
	epoch   uint64 // counts drops: what was read before one is not kept after it
}

type entry[V any] struct {
	value V
	until time.Time
}

func newRecent[V any](now func() time.Time) *recent[V] {
	return &recent[V]{now: now, entries: make(map[string]entry[V])}
}

// get returns what is remembered of key, or loads it. Errors are not kept.
func (r *recent[V]) get(ctx context.Context, key string, load func(context.Context) (V, error)) (V, error) {
	now := r.now()
	r.mu.Lock()
	e, ok := r.entries[key]
	epoch := r.epoch
	r.mu.Unlock()
	if ok && now.Before(e.until) {
		return e.value, nil
	}
	v, err := load(ctx)
	if err != nil {
		return v, err
	}
	r.keep(key, entry[V]{value: v, until: now.Add(freshness)}, epoch)
	return v, nil
}

func (r *recent[V]) keep(key string, e entry[V], epoch uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.epoch != epoch {
		return
	}
	if len(r.entries) >= maxRecent {
		r.shrink()
	}
	r.entries[key] = e
}

// put remembers what is known from elsewhere.
func (r *recent[V]) put(key string, v V) {
	r.mu.Lock()
	epoch := r.epoch
	r.mu.Unlock()
	r.keep(key, entry[V]{value: v, until: r.now().Add(freshness)}, epoch)
}

// shrink drops what is stale, or else everything: it is only a cache.
func (r *recent[V]) shrink() {
	now := r.now()
	for k, e := range r.entries {
		if !now.Before(e.until) {
			delete(r.entries, k)
		}
	}
	if len(r.entries) >= maxRecent {
		clear(r.entries)
	}
}

// drop forgets key, and what is being loaded now.
func (r *recent[V]) drop(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch++
	delete(r.entries, key)
}

// dropAll forgets everything.
func (r *recent[V]) dropAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch++
	clear(r.entries)
}

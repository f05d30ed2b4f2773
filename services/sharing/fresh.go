package sharing

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// rightsAge is how old a right may be that a decision is made with. A second is
// what is promised; the rest is for the decision itself.
const rightsAge = 400 * time.Millisecond

// fresh keeps the answers of load for a moment, so that a hot key costs one load
// in it. Errors are not kept. Its size is bounded.
type fresh[T any] struct {
	load   func(ctx context.Context, key string) (T, error)
	now    func() time.Time
	max    int
	flight singleflight.Group

	mu      sync.RWMutex
	entries map[string]aged[T]
	// wipes counts forgettings: what was being loaded meanwhile is not kept.
	wipes uint64
}

type aged[T any] struct {
	value T
	at    time.Time
}

func newFresh[T any](now func() time.Time, limit int, load func(context.Context, string) (T, error)) *fresh[T] {
	return &fresh[T]{load: load, now: now, max: limit, entries: map[string]aged[T]{}}
}

func (f *fresh[T]) get(ctx context.Context, key string) (T, error) {
	f.mu.RLock()
	e, ok := f.entries[key]
	f.mu.RUnlock()
	if ok && f.young(e) {
		return e.value, nil
	}
	v, err, _ := f.flight.Do(key, func() (any, error) { return f.renew(ctx, key) })
	if err != nil {
		var none T
		return none, err
	}
	return v.(T), nil
}

func (f *fresh[T]) young(e aged[T]) bool {
	age := f.now().Sub(e.at)
	return age >= 0 && age < rightsAge
}

// renew loads. It must not end with the one caller who came first.
func (f *fresh[T]) renew(ctx context.Context, key string) (T, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	f.mu.RLock()
	wipes := f.wipes
	f.mu.RUnlock()
	at := f.now() // of the question, not of the answer
	v, err := f.load(ctx, key)
	if err != nil {
		return v, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.wipes == wipes {
		f.keep(key, aged[T]{v, at})
	}
	return v, nil
}

// keep stores an entry; where there is no room, the old make it.
func (f *fresh[T]) keep(key string, e aged[T]) {
	if len(f.entries) >= f.max {
		for k, old := range f.entries {
			if !f.young(old) {
				delete(f.entries, k)
			}
		}
	}
	if len(f.entries) >= f.max {
		clear(f.entries)
	}
	f.entries[key] = e
}

// forget drops what is known: this process has just changed something.
func (f *fresh[T]) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wipes++
	clear(f.entries)
}

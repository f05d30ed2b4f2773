package identity

import "sync"

// recent is a bounded map that forgets entries that were not used recently. When the young
// half is full, it becomes the old half, and the previous old half is dropped.
type recent[K comparable, V any] struct {
	limit int // of each half

	// mu guards the halves. Nearly all calls find a young entry and only read.
	mu         sync.RWMutex
	young, old map[K]V
}

func newRecent[K comparable, V any](limit int) *recent[K, V] {
	return &recent[K, V]{limit: max(1, limit/2), young: make(map[K]V)}
}

func (r *recent[K, V]) get(k K) (V, bool) {
	r.mu.RLock()
	v, ok := r.young[k]
	if ok {
		r.mu.RUnlock()
		return v, true
	}
	v, ok = r.old[k]
	r.mu.RUnlock()
	if ok {
		r.put(k, v)
	}
	return v, ok
}

func (r *recent[K, V]) put(k K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, there := r.young[k]; !there && len(r.young) >= r.limit {
		r.young, r.old = make(map[K]V), r.young
	}
	r.young[k] = v
}

package identity

import "testing"

func TestRecentIsBoundedAndKeepsWhatIsUsed(t *testing.T) {
	t.Parallel()
	r := newRecent[int, int](100)
	r.put(-1, 7)
	for i := range 10_000 {
		r.put(i, i)
		if v, ok := r.get(-1); !ok || v != 7 {
			t.Fatalf("what is always used was forgotten after %d", i)
		}
		if n := r.len(); n > 102 {
			t.Fatalf("%d entries", n)
		}
	}
	if _, ok := r.get(0); ok {
		t.Error("what is never used was kept")
	}
}

func (r *recent[K, V]) len() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.young) + len(r.old)
}

package fair

import (
	"iter"
	"slices"
)

// turns is a round-robin list of those who wait.
type turns[T comparable] struct{ order []T }

func (t *turns[T]) len() int { return len(t.order) }

func (t *turns[T]) add(one T) { t.order = append(t.order, one) }

func (t *turns[T]) all() iter.Seq[T] { return slices.Values(t.order) }

func (t *turns[T]) remove(one T) {
	if i := slices.Index(t.order, one); i >= 0 {
		t.order = slices.Delete(t.order, i, i+1)
	}
}

// served moves one to the end.
func (t *turns[T]) served(one T) {
	t.remove(one)
	t.add(one)
}

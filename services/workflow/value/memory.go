package value

import (
	"context"
	"sync"
)

// Memory is the memory for the pixels of one run.
type Memory interface {
	// Enter waits for memory. Pixels of the run may be read until leave is called.
	// Afterwards they may be discarded.
	Enter(ctx context.Context) (leave func(), err error)
	// Grow counts a picture that is larger than the one that a step made it from. It refuses
	// if these pictures of the run are too large together.
	Grow(width, height int) error
}

type memoryKey struct{}

// reading is a piece of work that may read pixels.
type reading struct {
	memory Memory
	mu     sync.Mutex
	leave  func()
}

// WithMemory sets the memory for pixels that are read under the context. It also starts a
// [Reading], which done ends.
func WithMemory(ctx context.Context, memory Memory) (with context.Context, done func()) {
	r := &reading{memory: memory}
	return context.WithValue(ctx, memoryKey{}, r), r.done
}

// Reading bounds the use of pixels: after done, no pixels may be read under the returned
// context.
func Reading(ctx context.Context) (with context.Context, done func()) {
	outer, ok := ctx.Value(memoryKey{}).(*reading)
	if !ok {
		return ctx, func() {}
	}
	return WithMemory(ctx, outer.memory)
}

// Grow counts a picture that is larger than the one it is made of; see [Memory].
func Grow(ctx context.Context, width, height int) error {
	if r, ok := ctx.Value(memoryKey{}).(*reading); ok {
		return r.memory.Grow(width, height)
	}
	return nil
}

// enter takes the memory once for each reading.
func enter(ctx context.Context) error {
	r, ok := ctx.Value(memoryKey{}).(*reading)
	if !ok {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.leave != nil {
		return nil
	}
	leave, err := r.memory.Enter(ctx)
	if err != nil {
		return err
	}
	r.leave = leave
	return nil
}

func (r *reading) done() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.leave != nil {
		r.leave()
		r.leave = nil
	}
}

// Forget discards pixels that can be decoded again.
func (i *Image) Forget() {
	s := i.source
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.encoded != nil {
		s.pixels = nil
	}
}

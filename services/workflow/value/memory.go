package value

import (
	"context"
	"sync"
)

// Memory is the room that the pixels of one run take.
type Memory interface {
	// Enter waits for the room. The pixels of the run may be read until leave is
	// called; when nobody reads them, they may be forgotten.
	Enter(ctx context.Context) (leave func(), err error)
}

type memoryKey struct{}

// reading is a piece of work during which pixels may be asked for.
type reading struct {
	memory Memory
	mu     sync.Mutex
	leave  func()
}

// WithMemory says which room the pixels that are asked for under a context take. It
// begins a [Reading] that lasts until done is called.
func WithMemory(ctx context.Context, memory Memory) (with context.Context, done func()) {
	r := &reading{memory: memory}
	return context.WithValue(ctx, memoryKey{}, r), r.done
}

// Reading bounds how long pixels are in use: those that are asked for under the
// context it returns are not read after done is called.
func Reading(ctx context.Context) (with context.Context, done func()) {
	outer, ok := ctx.Value(memoryKey{}).(*reading)
	if !ok {
		return ctx, func() {}
	}
	return WithMemory(ctx, outer.memory)
}

// enter takes the room once for a piece of work.
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

// Forget drops pixels that can be decoded again.
func (i *Image) Forget() {
	s := i.source
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.encoded != nil {
		s.pixels = nil
	}
}

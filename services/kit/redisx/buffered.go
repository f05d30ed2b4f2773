package redisx

import (
	"net"
	"sync"
)

// buffered is the client's end of a connection to the embedded server, made to
// take writes like a socket does. The pipe itself has no buffer: the server
// answers each command of a pipeline at once and waits until the answer is read,
// while the client reads only when the whole pipeline is written, so that a
// pipeline of more than the server's read buffer (4 KB) would wait for ever.
type buffered struct {
	net.Conn
	mu       sync.Mutex
	pending  []byte
	err      error // of a write that was not waited for
	draining bool
}

// Write implements net.Conn. What is written is bounded by what the client puts
// into one pipeline.
func (b *buffered) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return 0, b.err
	}
	b.pending = append(b.pending, p...)
	if !b.draining {
		b.draining = true
		go b.drain() // ends when all is written, or the pipe is closed
	}
	return len(p), nil
}

func (b *buffered) drain() {
	for {
		b.mu.Lock()
		out := b.pending
		b.pending = nil
		if len(out) == 0 || b.err != nil {
			b.draining = false
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
		if _, err := b.Conn.Write(out); err != nil {
			b.mu.Lock()
			b.err = err
			b.mu.Unlock()
		}
	}
}

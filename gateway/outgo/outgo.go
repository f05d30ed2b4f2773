package outgo

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

const (
	// part is how much of an answer has to be taken within a grace.
	part       = 256 << 10
	usualGrace = 10 * time.Second
	// small answers are not counted.
	small = 64 << 10
	// memoryWait is how long an answer waits for memory.
	memoryWait = 5 * time.Second
)

// writer writes an answer to a client that has to keep reading.
type writer struct {
	http.ResponseWriter
	answers *fair.Pool
	client  fair.Client
	ctx     context.Context //nolint:containedctx // a writer has no other place for it
	grace   time.Duration
}

// Unwrap lets http.ResponseController reach the connection.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Write sends p in parts, each with a deadline. It counts a large p while it sends it.
func (w *writer) Write(p []byte) (int, error) {
	if len(p) > small {
		lease, err := w.answers.Acquire(w.ctx, min(int64(len(p)), w.answers.Most()), w.client)
		if err != nil {
			return 0, errors.Join(err, http.ErrAbortHandler)
		}
		defer lease.Release()
	}
	control, sent := http.NewResponseController(w.ResponseWriter), 0
	for {
		_ = control.SetWriteDeadline(time.Now().Add(w.grace)) // unsupported only in tests without a socket
		n, err := w.ResponseWriter.Write(p[sent:min(sent+part, len(p))])
		if sent += n; err != nil || sent == len(p) {
			return sent, err //nolint:wrapcheck // a writer in between
		}
	}
}

// Flush implements http.Flusher, which streams ask for.
func (w *writer) Flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

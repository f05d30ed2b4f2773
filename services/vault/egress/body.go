package egress

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// watch ends a call when nothing moves for too long, or when it takes too long
// altogether.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	idle   *time.Timer
	total  *time.Timer
	// connected is set when there is a connection to send on.
	connected bool
	// answered is set when the answer has begun: from then on the idle clock is its.
	answered atomic.Bool
}

// newWatch starts both clocks. It must be stopped.
func newWatch(ctx context.Context, idle, total time.Duration) *watch {
	w := &watch{}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	w.idle = time.AfterFunc(idle, func() { w.cancel(errIdle) })
	w.total = time.AfterFunc(total, func() { w.cancel(errTotal) })
	return w
}

// stop ends the call, if it still goes on: its connection is closed.
func (w *watch) stop() {
	w.idle.Stop()
	w.total.Stop()
	w.cancel(context.Canceled)
}

// upload is the caller's body on its way out.
type upload struct {
	src  io.Reader
	left int64
	w    *watch
	idle time.Duration
}

// Read implements io.Reader. One byte over the limit is read, to see that it is over.
func (u *upload) Read(p []byte) (int, error) {
	n, err := u.src.Read(p[:min(int64(len(p)), u.left+1)])
	if !u.w.answered.Load() {
		u.w.idle.Reset(u.idle)
	}
	if u.left -= int64(n); u.left < 0 {
		tooLarge := refuse(TooLarge, "the request is larger than is allowed")
		u.w.cancel(tooLarge)
		return 0, tooLarge
	}
	return n, err
}

// lengthKnown is how much of a body is read before it is sent, to know its length:
// many servers do not take a body without one.
const lengthKnown = 64 << 10

// measured is a request's body: its beginning, and the rest if there is more.
type measured struct {
	head []byte
	rest io.Reader
}

func measure(body io.Reader) (measured, error) {
	if body == nil {
		return measured{}, nil
	}
	head, err := io.ReadAll(io.LimitReader(body, lengthKnown))
	if err != nil {
		return measured{}, refuse(RefusedRequest, "the request's body could not be read")
	}
	if len(head) < lengthKnown {
		body = nil
	}
	return measured{head: head, rest: body}, nil
}

// attach gives the body to a request, to be read once: the request has no GetBody.
func (m measured) attach(r *http.Request, w *watch, c Config) {
	if len(m.head) == 0 && m.rest == nil {
		return
	}
	var src io.Reader = bytes.NewReader(m.head)
	r.ContentLength = int64(len(m.head))
	if m.rest != nil {
		src = io.MultiReader(src, m.rest)
		r.ContentLength = -1
	}
	r.Body = io.NopCloser(&upload{src: src, left: c.MaxRequestBytes, w: w, idle: c.HeaderTimeout})
}

// download is the bytes of an answer as they come off the wire. The idle clock
// runs only while a read waits: a slow consumer is not the destination's fault.
type download struct {
	src  io.ReadCloser
	left int64
	w    *watch
	idle time.Duration
}

// Read implements io.Reader.
func (d *download) Read(p []byte) (int, error) {
	d.w.idle.Reset(d.idle)
	n, err := d.src.Read(p)
	d.w.idle.Stop()
	if d.left -= int64(n); d.left < 0 {
		return 0, refuse(TooLarge, "the response is larger than is allowed")
	}
	return n, err
}

// responseBody is what the caller reads: unpacked, guarded, and with errors of
// this package.
type responseBody struct {
	io.Reader
	w     *watch
	close []func() error
	err   error
}

// Read implements io.Reader. After an error other than io.EOF the connection is
// closed.
func (b *responseBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.Reader.Read(p)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, io.EOF):
		b.err = io.EOF
	default:
		b.err = explain(b.w.ctx, err)
		b.w.cancel(b.err)
	}
	return n, b.err
}

// Close ends the call. Of an answer that was not read to its end, the connection
// is closed with it.
func (b *responseBody) Close() error {
	b.w.stop()
	for _, f := range b.close {
		_ = f() // the caller has what it wanted; there is nothing to do about it
	}
	if b.err == nil {
		b.err = refuse(Canceled, "the response was closed")
	}
	return nil
}

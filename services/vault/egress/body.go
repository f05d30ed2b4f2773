package egress

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/keyhole-dev/keyhole/services/vault/egress/signature"
)

// watch ends a call that makes no progress or takes too long in total.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	idle   *time.Timer
	total  *time.Timer
	// connected means that there is a connection to send on.
	connected bool
	// answered means that the answer has begun. From then on only the answer resets the idle clock.
	answered atomic.Bool
}

// newWatch starts both clocks. The caller stops it.
func newWatch(ctx context.Context, idle, total time.Duration) *watch {
	w := &watch{}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	w.idle = time.AfterFunc(idle, func() { w.cancel(errIdle) })
	w.total = time.AfterFunc(total, func() { w.cancel(errTotal) })
	return w
}

// stop ends the call. If it is still running, its connection is closed.
func (w *watch) stop() {
	w.idle.Stop()
	w.total.Stop()
	w.cancel(context.Canceled)
}

// upload is the caller's body while it is sent.
type upload struct {
	src  io.Reader
	left int64
	w    *watch
	idle time.Duration
}

// Read implements io.Reader. It reads one byte over the limit, to notice a body that is too large.
func (u *upload) Read(p []byte) (int, error) {
	n, err := u.src.Read(p[:min(int64(len(p)), u.left+1)])
	if !u.w.answered.Load() {
		u.w.idle.Reset(u.idle)
	}
	if u.left -= int64(n); u.left < 0 {
		tooLarge := refuse(TooLarge, "the request is larger than allowed")
		u.w.cancel(tooLarge)
		return 0, tooLarge
	}
	return n, err
}

// prefetchBytes is how much of a body is read before it is sent, in bytes. A shorter body is sent with its length,
// because many servers refuse a body without one.
const prefetchBytes = 64 << 10

// requestBody is the prefetched start of a body and the rest, if there is more.
type requestBody struct {
	head []byte
	rest io.Reader
	// sum is the SHA-256 of a body that is signed.
	sum string
}

func prefetch(body io.Reader, sign bool) (requestBody, error) {
	if sign {
		return prefetchWhole(body)
	}
	if body == nil {
		return requestBody{}, nil
	}
	head, err := io.ReadAll(io.LimitReader(body, prefetchBytes))
	if err != nil {
		return requestBody{}, refuse(RefusedRequest, "the request's body could not be read")
	}
	if len(head) < prefetchBytes {
		body = nil
	}
	return requestBody{head: head, rest: body}, nil
}

// prefetchWhole takes a body that is in memory, so that it is not copied.
func prefetchWhole(body io.Reader) (requestBody, error) {
	whole, ok := body.(*bytes.Buffer)
	if !ok {
		return requestBody{}, refuse(RefusedRequest, "the body of a signed request must be in memory")
	}
	return requestBody{head: whole.Bytes(), sum: signature.Sum(whole.Bytes())}, nil
}

// attach sets the body of a request. The request has no GetBody, so net/http cannot send the body twice.
func (m requestBody) attach(r *http.Request, w *watch, c Config) {
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

// download is the raw body of an answer. The idle clock runs only while a read waits, because a slow consumer is not
// the destination's fault.
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
		return 0, refuse(TooLarge, "the response is larger than allowed")
	}
	return n, err
}

// responseBody is the decoded and guarded body of an answer. Its errors are of this package.
type responseBody struct {
	io.Reader
	w     *watch
	close []func() error
	err   error
}

// Read implements io.Reader. An error other than io.EOF closes the connection.
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

// Close ends the call. If the answer was not read to its end, it closes the connection.
func (b *responseBody) Close() error {
	b.w.stop()
	for _, f := range b.close {
		_ = f() // the answer has been read, so a failure to close changes nothing
	}
	if b.err == nil {
		b.err = refuse(Canceled, "the response was closed")
	}
	return nil
}

package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

const (
	// headBytes of a body are read before anything is known of its request.
	headBytes = 64 << 10
	// bodyPatience is how long a body waits for memory.
	bodyPatience = 5 * time.Second
)

// pace is how fast a body has to come. It may stand still for grace, and must then have
// come at rate bytes a second on the whole. After longest it is over in any case.
type pace struct {
	grace, longest time.Duration
	rate           int64
}

var usualPace = pace{grace: 10 * time.Second, longest: 5 * time.Minute, rate: 32 << 10}

// newBodies is the memory of all request bodies, shared between those who send them.
func newBodies(bytes int64) *fair.Pool {
	return fair.New(fair.Limits{What: "bytes of request bodies", Capacity: bytes, Patience: bodyPatience, Waiting: 256})
}

// sender is who sends a body.
type sender struct {
	client fair.Client
	// admit is called with the head of a body that has more, before more is read. It
	// says whose the rest is, or why it is not read. Nil refuses it.
	admit func(ctx context.Context, head []byte) (fair.Client, error)
}

// intake reads one body into memory that is taken for it.
type intake struct {
	pool   *fair.Pool
	leases []*fair.Lease
	raw    []byte
	from   *paced
	size   int64 // as announced, or the most that is taken
}

// readBody reads a request's body as a whole. The memory is the sender's until the
// body is released.
func (g *Gateway) readBody(w http.ResponseWriter, r *http.Request, s sender) (*body, error) {
	if err := checkEncoding(r); err != nil {
		return nil, err
	}
	in := &intake{pool: g.bodies, from: newPaced(w, http.MaxBytesReader(w, r.Body, g.cfg.MaxBody), g.pace), size: r.ContentLength}
	switch {
	case in.size > g.cfg.MaxBody:
		return nil, unreadable(&http.MaxBytesError{Limit: g.cfg.MaxBody})
	case in.size < 0: // not announced
		in.size = g.cfg.MaxBody + 1 // one more shows that it is too large
	}
	if err := in.read(r.Context(), s); err != nil {
		in.from.giveUp()
		in.release()
		return nil, err
	}
	in.from.done()
	b := newBody(in.raw)
	b.release = in.release
	return b, nil
}

func (in *intake) read(ctx context.Context, s sender) error {
	head := min(in.size, headBytes)
	more, err := in.part(ctx, head, s.client)
	if err != nil || !more || in.size <= head {
		return err
	}
	client, err := s.admit(ctx, in.raw)
	if err != nil {
		return err
	}
	_, err = in.part(ctx, in.size-head, client)
	return err
}

// part takes memory for n bytes more, and reads them. It reports whether all came.
func (in *intake) part(ctx context.Context, n int64, c fair.Client) (more bool, err error) {
	if n == 0 {
		return false, nil
	}
	lease, err := in.pool.Acquire(ctx, n, c)
	if err != nil {
		return false, err
	}
	in.leases = append(in.leases, lease)
	begin := len(in.raw)
	in.raw, err = readInto(in.raw, in.from, n)
	switch {
	case errors.Is(err, io.EOF):
		lease.Keep(int64(len(in.raw) - begin))
		return false, nil
	case err != nil:
		return false, unreadable(err)
	}
	return true, nil
}

func (in *intake) release() {
	for _, l := range in.leases {
		l.Release()
	}
}

// readInto appends n bytes, or those up to io.EOF. The memory grows with what comes.
func readInto(buf []byte, from io.Reader, n int64) ([]byte, error) {
	for end := len(buf) + int(n); len(buf) < end; {
		if len(buf) == cap(buf) {
			grown := make([]byte, len(buf), min(end, max(2*len(buf), headBytes)))
			copy(grown, buf)
			buf = grown
		}
		got, err := from.Read(buf[len(buf):min(end, cap(buf))])
		if buf = buf[:len(buf)+got]; err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// paced reads a body that has to keep coming.
type paced struct {
	pace
	from    io.Reader
	control *http.ResponseController
	begin   time.Time
	// until is when the next byte must have come: what came fast earns no more than grace.
	until time.Time
}

func newPaced(w http.ResponseWriter, from io.Reader, at pace) *paced {
	return &paced{pace: at, from: from, control: http.NewResponseController(w), begin: time.Now(), until: time.Now().Add(at.grace)}
}

// Read implements io.Reader.
func (p *paced) Read(buf []byte) (int, error) {
	p.deadline(p.until)
	n, err := p.from.Read(buf)
	earned := time.Until(p.until) + time.Duration(n)*time.Second/time.Duration(p.rate)
	p.until = time.Now().Add(min(earned, p.grace, p.longest-time.Since(p.begin)))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return n, errs.DeadlineExceeded(errorsv1.Reason_REASON_DEADLINE_EXCEEDED,
			"the body came too slowly: send at least %d KiB a second, and all within %v", p.rate>>10, p.longest).Because(reply.ErrSlow)
	}
	return n, err
}

// done lets the connection be: a deadline that passes would end the request.
func (p *paced) done() { p.deadline(time.Time{}) }

// giveUp leaves the connection a moment, in which the server reads what is on its way.
func (p *paced) giveUp() { p.deadline(time.Now().Add(time.Second)) }

// deadline is unsupported only in tests without a socket.
func (p *paced) deadline(at time.Time) { _ = p.control.SetReadDeadline(at) }

package intake

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// HeadBytes of a body are read before its sender is admitted to send the rest.
const HeadBytes = 64 << 10

// memoryWait is how long a body waits for memory.
const memoryWait = 5 * time.Second

// NewMemory makes the memory of all request bodies, in bytes.
func NewMemory(bytes int64) *fair.Pool {
	return fair.New(fair.Limits{What: "bytes of request bodies", Capacity: bytes, WaitTimeout: memoryWait, Waiting: 256})
}

// Reader reads bodies of at most Max bytes.
type Reader struct {
	Memory *fair.Pool
	Max    int64
	Pace   Pace
}

// Sender is the sender of a body.
type Sender struct {
	// Client is charged for the head, and for a body that is no longer than that.
	Client fair.Client
	// Admit sees the head of a longer body before more is read. It returns the client
	// to charge for the rest, or the error that refuses it.
	Admit func(ctx context.Context, head []byte) (fair.Client, error)
}

// Body is a request body in memory.
type Body struct {
	Bytes  []byte
	leases []*fair.Lease
}

// Release gives the memory back. Bytes must not be used after it.
func (b *Body) Release() {
	for _, l := range b.leases {
		l.Release()
	}
}

// Replace puts another body in the place of a body that was read, made of it by build. The memory
// of up to size more bytes is taken before, in the name of the client.
func (r *Reader) Replace(ctx context.Context, b *Body, size int64, c fair.Client, build func(old []byte) ([]byte, error)) error {
	lease, err := r.Memory.Acquire(ctx, size, c)
	if err != nil {
		return err
	}
	b.leases = append(b.leases, lease)
	b.Bytes, err = build(b.Bytes)
	return err
}

// Within returns a reader of bodies of at most n bytes.
func (r *Reader) Within(n int64) *Reader {
	within := *r
	within.Max = min(r.Max, n)
	return &within
}

// byteOrderMark precedes the text that some editors write.
var byteOrderMark = []byte("\xef\xbb\xbf")

// Read reads the whole body of a request. The memory belongs to the sender until the
// body is released.
func (r *Reader) Read(w http.ResponseWriter, request *http.Request, s Sender) (*Body, error) {
	if err := CheckEncoding(request); err != nil {
		return nil, err
	}
	size := request.ContentLength
	switch {
	case size > r.Max:
		return nil, unreadable(&http.MaxBytesError{Limit: r.Max})
	case size < 0: // not announced
		size = r.Max + 1 // the extra byte shows that the body is too large
	}
	in := &intake{memory: r.Memory, size: size, from: newPaced(w, http.MaxBytesReader(w, request.Body, r.Max), r.Pace)}
	if err := in.read(request.Context(), s); err != nil {
		in.from.giveUp()
		in.body.Release()
		return nil, err
	}
	in.from.done()
	in.body.Bytes = bytes.TrimPrefix(in.body.Bytes, byteOrderMark)
	return &in.body, nil
}

// intake is one body while it is read.
type intake struct {
	memory *fair.Pool
	from   *paced
	size   int64 // as announced, or the most that is read
	body   Body
}

func (in *intake) read(ctx context.Context, s Sender) error {
	head := min(in.size, HeadBytes)
	more, err := in.part(ctx, head, s.Client)
	if err != nil || !more || in.size <= head {
		return err
	}
	client, err := s.Admit(ctx, in.body.Bytes)
	if err != nil {
		return err
	}
	_, err = in.part(ctx, in.size-head, client)
	return err
}

// part reserves memory for n more bytes and reads them. It reports whether all n came.
func (in *intake) part(ctx context.Context, n int64, c fair.Client) (more bool, err error) {
	if n == 0 {
		return false, nil
	}
	lease, err := in.memory.Acquire(ctx, n, c)
	if err != nil {
		return false, err
	}
	b := &in.body
	b.leases = append(b.leases, lease)
	begin := len(b.Bytes)
	b.Bytes, err = readInto(b.Bytes, in.from, n)
	switch {
	case errors.Is(err, io.EOF):
		lease.Keep(int64(len(b.Bytes) - begin))
		return false, nil
	case err != nil:
		return false, unreadable(err)
	}
	return true, nil
}

// readInto appends n bytes, or fewer at io.EOF. The buffer grows with the bytes that
// have come, so that an announced length alone costs nothing.
func readInto(buf []byte, from io.Reader, n int64) ([]byte, error) {
	for end := len(buf) + int(n); len(buf) < end; {
		if len(buf) == cap(buf) {
			grown := make([]byte, len(buf), min(end, max(2*len(buf), HeadBytes)))
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

func unreadable(err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e
	}
	if e, ok := TooLarge(err); ok {
		return e
	}
	return errs.InvalidArgument("the body could not be read; send the request again").WithReason(errorsv1.Reason_REASON_MALFORMED_JSON).Because(err)
}

// TooLarge translates the error of http.MaxBytesReader.
func TooLarge(err error) (*errs.Error, bool) {
	limit, ok := errors.AsType[*http.MaxBytesError](err)
	if !ok {
		return nil, false
	}
	return errs.InvalidArgument("the request is larger than %d bytes", limit.Limit).WithReason(errorsv1.Reason_REASON_REQUEST_TOO_LARGE).Because(err), true
}

// CheckEncoding refuses a compressed body: a small one could expand to any size.
func CheckEncoding(r *http.Request) error {
	for _, list := range r.Header.Values("Content-Encoding") {
		for one := range strings.SplitSeq(list, ",") {
			if one = strings.TrimSpace(one); one != "" && !strings.EqualFold(one, "identity") {
				return errs.InvalidArgument("the body is compressed: send it without Content-Encoding").
					Field("Content-Encoding", "must be identity or absent").Because(reply.ErrEncoding)
			}
		}
	}
	return nil
}

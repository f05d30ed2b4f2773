package guard

import (
	"errors"
	"io"
)

// ErrReflected is what a stream ends with when it held a secret. It says no more
// on purpose: which secret, in what form and where would be an answer to a guess.
var ErrReflected = errors.New("the response was withheld")

// chunk is how much a Reader takes from its source at a time, in bytes.
const chunk = 32 << 10

// Reader lets a stream through until it holds a secret. Of the secret not a byte
// comes out, however the stream is cut into chunks; what came before it may.
type Reader struct {
	src     io.Reader
	sc      *scanner
	options Options
	buf     []byte
	ready   []byte
	err     error
}

// Reader guards what is read from src. A nil Set guards nothing.
func (s *Set) Reader(src io.Reader, o Options) io.Reader {
	if s == nil {
		return src
	}
	return &Reader{src: src, sc: newScanner(s), options: o, buf: make([]byte, chunk)}
}

// Read implements io.Reader. An error of the source other than io.EOF drops what
// was held back: a stream that broke off in the middle of a match shows none of it.
func (r *Reader) Read(p []byte) (int, error) {
	for len(r.ready) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		n, err := r.src.Read(r.buf)
		r.ready = r.sc.push(r.buf[:n])
		switch {
		case r.sc.hit:
			r.err = r.options.settle([]Piece{{Stops: true}})
			clear(r.buf)
		case errors.Is(err, io.EOF):
			r.ready = append(r.ready, r.sc.rest()...)
			r.err = io.EOF
		default:
			r.err = err
		}
	}
	n := copy(p, r.ready)
	r.ready = r.ready[n:]
	return n, nil
}

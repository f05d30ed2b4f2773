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
	src   io.Reader
	sc    *scanner
	onHit func()
	buf   []byte
	ready []byte
	err   error
}

// Reader guards what is read from src. onHit, if not nil, is called once, before
// the read that returns ErrReflected. A nil Set guards nothing.
func (s *Set) Reader(src io.Reader, onHit func()) io.Reader {
	if s == nil {
		return src
	}
	return &Reader{src: src, sc: newScanner(s), onHit: onHit, buf: make([]byte, chunk)}
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
			r.err = ErrReflected
			clear(r.buf)
			if r.onHit != nil {
				r.onHit()
			}
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

// Writer is the Reader's counterpart for those who push.
type Writer struct {
	dst   io.Writer
	sc    *scanner
	onHit func()
	err   error
}

// Writer guards what is written to dst. Close must be called at the end: it writes
// what was held back, and does not close dst.
func (s *Set) Writer(dst io.Writer, onHit func()) *Writer {
	w := &Writer{dst: dst, onHit: onHit}
	if s != nil {
		w.sc = newScanner(s)
	}
	return w
}

// Write implements io.Writer. After ErrReflected nothing is written any more.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	free := p
	if w.sc != nil {
		if free = w.sc.push(p); w.sc.hit {
			w.err = ErrReflected
			if w.onHit != nil {
				w.onHit()
			}
			return 0, w.err
		}
	}
	if len(free) > 0 {
		if _, err := w.dst.Write(free); err != nil {
			w.err = err
			return 0, err
		}
	}
	return len(p), nil
}

// Close ends the stream.
func (w *Writer) Close() error {
	if w.err != nil || w.sc == nil {
		return w.err
	}
	w.err = io.ErrClosedPipe
	if rest := w.sc.rest(); len(rest) > 0 {
		_, err := w.dst.Write(rest)
		return err
	}
	return nil
}

package guard

import (
	"errors"
	"io"

	"github.com/keyhole-dev/keyhole/services/vault/guard/container"
)

var (
	// ErrReflected is what a stream ends with when it is withheld. It says no more on
	// purpose: which secret, in what form and where would be an answer to a guess.
	ErrReflected = errors.New("the response was withheld")
	// ErrCrowded is for an answer with more choices or fields in turn than are told apart.
	ErrCrowded = errors.New("the response has too many choices or fields in turn to be looked at")
)

const (
	// chunk is how much a Reader takes from its source at a time, and block how much
	// is looked at before it is known from where on to hold back, in bytes.
	chunk = 32 << 10
	block = 4 << 10
	// maxHeld bounds what a stream holds back, in bytes, and maxGone what of that was let
	// go and is still in memory.
	maxHeld = 8 << 20
	maxGone = 256 << 10
)

// stream looks at one answer as it comes.
type stream struct {
	in     *inspection
	walker *container.Walker
	texts  texts
	packed packed
	// held is what has been seen and not been let go, from an offset of the answer on.
	held []byte
	// gone is how many of the first bytes of held were let go.
	gone   int
	offset int64
	ended  bool
}

func newStream(s *Set, o Options) *stream {
	st := &stream{in: &inspection{set: s, options: o}}
	st.in.budget.Octets = s.octets
	st.texts.in = st.in
	st.walker = container.New(o.ContentType, st.texts.feed)
	return st
}

// push takes more of the answer.
func (s *stream) push(b []byte) {
	if s.gone >= min(len(s.held)/2, maxGone) { // less is not worth a copy
		s.held = s.held[:copy(s.held, s.held[s.gone:])]
		s.gone = 0
	}
	for len(b) > 0 && !s.in.over() {
		n := min(len(b), block)
		at := s.offset + int64(len(s.held)-s.gone)
		s.held = append(s.held, b[:n]...)
		s.packed.feed(b[:n])
		s.in.seen += int64(n)
		s.walker.Feed(b[:n], at)
		b = b[n:]
	}
}

// end ends the answer: nothing is held back any more.
func (s *stream) end() {
	s.walker.End()
	s.texts.end()
	s.packed.end(s.in)
	s.ended = true
}

// from is the offset from which on the answer is held back.
func (s *stream) from() int64 {
	end := s.offset + int64(len(s.held)-s.gone)
	if s.ended {
		return end
	}
	from := min(s.texts.held(end), s.packed.held(end))
	if at, ok := s.walker.Held(); ok {
		from = min(from, at)
	}
	return min(end, max(from, s.offset, end-maxHeld))
}

// free is what may be let go, once it is settled. It is good until the next push.
func (s *stream) free() ([]byte, error) {
	if err := s.in.settle(); err != nil {
		clear(s.held)
		s.held, s.gone = nil, 0
		return nil, err
	}
	n := int(s.from() - s.offset)
	free := s.held[s.gone : s.gone+n]
	s.gone += n
	s.offset += int64(n)
	return free, nil
}

// Reader lets a stream through until it holds a secret. What came before the secret
// may get out, and up to three characters of it.
type Reader struct {
	src   io.Reader
	s     *stream
	buf   []byte
	ready []byte
	err   error
}

// Reader guards what is read from src. A nil Set guards nothing.
func (s *Set) Reader(src io.Reader, o Options) io.Reader {
	if s == nil {
		return src
	}
	return &Reader{src: src, s: newStream(s, o), buf: make([]byte, chunk)}
}

// Read implements io.Reader. An error of the source other than io.EOF drops what
// was held back: a stream that broke off in the middle of a match shows none of it.
func (r *Reader) Read(p []byte) (int, error) {
	for len(r.ready) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.fill()
	}
	n := copy(p, r.ready)
	r.ready = r.ready[n:]
	return n, nil
}

// fill reads from the source and decides what of it may be let go.
func (r *Reader) fill() {
	n, err := r.src.Read(r.buf)
	r.s.push(r.buf[:n])
	if r.err = err; errors.Is(err, io.EOF) {
		r.s.end()
	}
	ready, withheld := r.s.free()
	if withheld != nil {
		r.err = withheld
		clear(r.buf)
		return
	}
	if err == nil || errors.Is(err, io.EOF) {
		r.ready = ready
	}
}

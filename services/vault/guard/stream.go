package guard

import (
	"errors"
	"io"

	"github.com/keyhole-dev/keyhole/services/vault/guard/container"
)

const (
	// chunk is how much a Reader reads at a time at most, and block how much is searched between decisions
	// what to hold back, in bytes. A Reader begins with a block, because most answers are small.
	chunk = 32 << 10
	block = 4 << 10
	// maxHeld bounds the held part of a stream, and maxGone the released part that is still in
	// memory, in bytes.
	maxHeld = 8 << 20
	maxGone = 256 << 10
)

// stream searches one answer as it arrives.
type stream struct {
	in     *inspection
	walker *container.Walker
	texts  texts
	packed packed
	// held has the searched bytes that are not released, from an offset of the answer on.
	held []byte
	// gone is the number of first bytes of held that are released.
	gone   int
	offset int64
	ended  bool
}

func newStream(s *Set, o Options) *stream {
	st := &stream{in: &inspection{set: s, options: o}}
	st.in.budget.Octets = s.octets
	st.texts.in = st.in
	st.in.whole = st.texts.whole
	st.walker = container.New(o.ContentType, st.texts.feed)
	return st
}

// push reads more of the answer.
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
		s.texts.searchLeads()
		b = b[n:]
	}
}

// end ends the answer, so that nothing is held any more.
func (s *stream) end() {
	s.walker.End()
	s.texts.end()
	s.packed.end(s.in)
	s.ended = true
}

// from is the offset from which on the answer is held.
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

// free returns what can be released after it is settled. It is valid until the next push.
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

// Reader passes a stream on until it contains a secret. The bytes before the secret, and at most
// three characters of it, may pass.
type Reader struct {
	src   io.Reader
	s     *stream
	buf   []byte
	ready []byte
	err   error
}

// Reader guards the bytes of src. A nil Set guards nothing.
func (s *Set) Reader(src io.Reader, o Options) io.Reader {
	if s == nil {
		return src
	}
	return &Reader{src: src, s: newStream(s, o), buf: make([]byte, block)}
}

// Read implements io.Reader. After an error of the source other than io.EOF it drops the held
// bytes, so that a broken stream shows nothing of a match.
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

// fill reads from the source and releases what it can.
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
	if n == len(r.buf) && n < chunk {
		r.buf = make([]byte, chunk)
	}
}

// Check searches one complete text: headers, trailers, messages.
func (s *Set) Check(text []byte) []Piece {
	if s == nil {
		return nil
	}
	return s.inspect(text, Options{}).fresh
}

// Admit judges one complete text as a Reader judges a stream. It returns nil, ErrReflected or
// ErrCrowded. A nil Set admits everything.
func (s *Set) Admit(text []byte, o Options) error {
	if s == nil {
		return nil
	}
	return s.inspect(text, o).settle()
}

func (s *Set) inspect(text []byte, o Options) *inspection {
	st := newStream(s, Options{Remember: o.Remember, OnHit: o.OnHit})
	st.push(text)
	st.end()
	return st.in
}

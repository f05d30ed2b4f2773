package lane

import "github.com/keyhole-dev/keyhole/services/vault/guard/view"

// Scanner searches one text. The result does not depend on how the text is cut.
type Scanner struct {
	x *Index
	// buf has the context and the symbols of this round; seen counts the symbols before it.
	buf  []byte
	seen int64
	roll uint64
	// live has the matches that reach the end of the text so far, recent those that ended in this
	// round.
	live, recent []match
}

// NewScanner returns a scanner for one text.
func NewScanner(x *Index) *Scanner {
	s := &Scanner{x: x}
	s.Reset()
	return s
}

// Reset starts another text.
func (s *Scanner) Reset() {
	s.buf, s.seen, s.live, s.recent = s.buf[:0], 0, s.live[:0], s.recent[:0]
	s.roll = mask // of a symbol that is none
}

// Total is the number of symbols so far.
func (s *Scanner) Total() int64 { return s.seen + int64(len(s.buf)) }

// Feed reads more of the text through its normaliser. It reports matches to found; final means
// that the piece cannot grow any more.
func (s *Scanner) Feed(norm *view.Normaliser, text []byte, found func(p Piece, final bool)) {
	const round = 8 << 10 // small feeds are not worth a copy each
	if extra := len(s.buf) - context; extra > round {
		s.buf = s.buf[:copy(s.buf, s.buf[extra:])]
		s.seen += int64(extra)
	}
	known := len(s.buf)
	if s.buf = norm.Append(s.buf, text); len(s.buf) == known {
		return
	}
	s.grow(known, found)
	s.scan(known, found)
	for _, m := range s.live {
		found(s.x.piece(m), false)
	}
	s.recent = s.recent[:0]
}

// grow extends the live matches over the new symbols.
func (s *Scanner) grow(known int, found func(Piece, bool)) {
	live := s.live
	s.live = s.live[:0]
	for _, m := range live {
		s.extend(m, known, found)
	}
}

// extend extends a match from an index of buf, and keeps it live or reports it.
func (s *Scanner) extend(m match, at int, found func(Piece, bool)) {
	l := s.x.lanes[m.lane].symbols
	for at < len(s.buf) && m.to < len(l) && s.buf[at] == l[m.to] {
		at, m.to = at+1, m.to+1
	}
	m.end = s.seen + int64(at)
	if at == len(s.buf) && m.to < len(l) {
		s.live = append(s.live, m)
		return
	}
	s.recent = append(s.recent, m)
	found(s.x.piece(m), true)
}

// scan looks up each group of eight symbols.
func (s *Scanner) scan(known int, found func(Piece, bool)) {
	x, roll := s.x, s.roll
	filter, shift := x.filter, x.shift
	for i := known; i < len(s.buf); i++ {
		roll = (roll<<symbolBits | uint64(s.buf[i])) & mask
		f := roll * spread >> shift
		if filter[f/64]&(1<<(f%64)) != 0 {
			s.look(roll, i+1, found)
		}
	}
	s.roll = roll
}

// look finds the places of a seed that ends before an index of buf.
func (s *Scanner) look(key uint64, end int, found func(Piece, bool)) {
	x := s.x
	slot := slot(key, len(x.keys))
	for ; x.keys[slot] != 0; slot = (slot + 1) & (len(x.keys) - 1) {
		if x.keys[slot] == key+1 {
			s.start(int(x.places[slot]>>16), int(x.places[slot]&0xffff), end, found)
		}
	}
}

// start creates a match from a seed at a place of a lane, unless a match contains it.
func (s *Scanner) start(lane, at, end int, found func(Piece, bool)) {
	const maxRecent = 64
	m := match{lane: lane, from: at, to: at + gram}
	for _, list := range [][]match{s.live, s.recent} {
		for i := range list {
			if list[i].same(lane, m.to, s.seen+int64(end)) {
				return
			}
		}
	}
	l := s.x.lanes[lane].symbols
	for i := end - gram - 1; i >= max(0, end-context) && m.from > 0 && s.buf[i] == l[m.from-1]; i-- {
		m.from--
	}
	if len(s.recent) >= maxRecent {
		s.recent = s.recent[:0]
	}
	s.extend(m, end, found)
}

// End ends the text, so that no match grows any more.
func (s *Scanner) End(found func(Piece, bool)) {
	for _, m := range s.live {
		found(s.x.piece(m), true)
	}
	s.live = s.live[:0]
}

// Pending is the number of last symbols that may begin a piece.
func (s *Scanner) Pending() int {
	n := s.PendingBefore(0)
	for _, m := range s.live {
		n = max(n, m.to-m.from)
	}
	return n
}

// PendingBefore is the number of symbols that may belong to a piece which continues after the last
// symbols and replaces them. It includes these last symbols.
func (s *Scanner) PendingBefore(last int) int {
	buf := s.buf[:max(0, len(s.buf)-last)]
	tail := 0
	for i := len(buf) - 1; i >= 2 && tail < context; i-- {
		t := triple(buf[i-2:])
		if s.x.triples[t/64]&(1<<(t%64)) == 0 {
			break
		}
		tail = len(buf) - i + 2
	}
	if tail < leastHeld {
		return 0
	}
	return tail + last
}

// Short appends the symbols before some last ones if they are too few to be held back.
func (s *Scanner) Short(to []byte, last int) []byte {
	buf := s.buf[:max(0, len(s.buf)-last)]
	return append(to, buf[max(0, len(buf)-leastHeld+1):]...)
}

// Live reports that a match is open.
func (s *Scanner) Live() bool { return len(s.live) > 0 }

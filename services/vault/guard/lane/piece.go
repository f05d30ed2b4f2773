package lane

// Piece is the part of a body that a match shows.
type Piece struct {
	Secret   int
	From, To int // symbols of the body, [From, To)
	Symbols  int // how many of them are shown: at most as many as the run has
	Run      int // symbols of the text in the match
	Span     int // private characters from the first to the last that is shown
	Bits     float64
	Plain    bool // the body itself, forwards or backwards
	Backward bool // the body itself, backwards
	Whole    bool // all that its lane has
}

// match is a run of a lane in the text.
type match struct {
	lane, from, to int
	// end is its end in the text, in symbols.
	end int64
}

// same reports that the match contains a seed of its lane.
func (m *match) same(lane, to int, end int64) bool {
	return m.lane == lane && m.end >= end && m.end-int64(m.to) == end-int64(to)
}

// piece returns what a match shows.
func (x *Index) piece(m match) Piece {
	l := &x.lanes[m.lane]
	from, to := l.span(m.from, m.to)
	p := Piece{Secret: l.source.secret, From: from, To: to, Symbols: to - from, Run: m.to - m.from, Plain: l.plain, Backward: l.backward, Whole: m.to-m.from == len(l.symbols)}
	if from == to {
		return p
	}
	b := &x.bodies[p.Secret]
	p.Bits = b.worth[to] - b.worth[from]
	p.Span = b.place[to-1] - b.place[from] + 1
	if shown := m.to - m.from; shown < p.Symbols { // every second one, or a coding whose signs were dropped
		p.Bits *= float64(shown) / float64(p.Symbols)
		p.Symbols = shown
	}
	return p
}

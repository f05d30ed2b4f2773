package guard

import "github.com/keyhole-dev/keyhole/services/vault/guard/lane"

// A piece with all of these properties withholds an answer alone. The numbers are measured:
// no ordinary text has ten symbols of a random key. See docs/secure/threat-model.md.
const (
	stopSpan    = 12 // characters
	stopSymbols = 10
	stopBits    = 55
	// shortBody is the length, in symbols, below which three quarters of a body stop.
	shortBody = 16
)

// A piece with these properties is remembered.
const (
	leastSymbols = 8
	leastBits    = 40
	// hexSymbols replaces leastSymbols for bodies of hexadecimal digits.
	hexSymbols = 10
	// sureSymbols is the size from which a piece is never weak. In ordinary text, pieces of
	// nine symbols are some 25 times as rare as pieces of eight.
	sureSymbols = 9
	// codedRun is the shortest match in a coding other than the body itself, in symbols of
	// the text. There are some eighty codings, so that shorter ones occur by chance.
	codedRun = 10
	// farBytes is the amount of an answer after which its small pieces are weak.
	farBytes = 1 << 20
	// wordyBits replaces leastBits for bodies that are made of words: those with fewer bits
	// in a symbol than wordyRate.
	wordyBits = 55
	wordyRate = 4.9
)

// rule is what the judgement of pieces needs to know of one body.
type rule struct {
	symbols int
	hex     bool
	wordy   bool
}

// finding is the judgement of one piece.
type finding int

const (
	chance finding = iota
	weak
	remembered
	stopping
)

// stops reports whether a piece withholds the answer, even if it can still grow.
func (r rule) stops(p lane.Piece) bool {
	if r.symbols < shortBody {
		return p.Symbols >= max(leastSymbols, (3*r.symbols+3)/4)
	}
	if p.Bits >= stopBits && p.Symbols >= stopSymbols && p.Span >= stopSpan {
		return true
	}
	// Every second character of a body under twenty. Eight digits occur by chance.
	return !r.hex && p.Whole && p.Symbols >= leastSymbols && p.Span >= stopSpan
}

// judge judges a piece that cannot grow any more. far means that more pieces occur by
// chance where it stands: in decoded text, and behind farBytes of the answer. The same
// holds for codings other than the body itself.
func (r rule) judge(p lane.Piece, far bool) finding {
	if r.stops(p) {
		return stopping
	}
	symbols, bits := leastSymbols, float64(leastBits)
	if r.hex {
		symbols = hexSymbols
	}
	if r.wordy {
		bits = wordyBits
	}
	switch {
	case p.Symbols < symbols || p.Bits < bits || !p.Plain && p.Run < codedRun:
		return chance
	case p.Symbols < sureSymbols && (far || !p.Plain):
		return weak
	}
	return remembered
}

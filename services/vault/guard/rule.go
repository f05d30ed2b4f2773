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
	// sureSymbols is the size from which a piece is never weak. In ordinary text, pieces of
	// nine symbols are some 25 times as rare as pieces of eight.
	sureSymbols = 9
	// hexSymbols and hexSure replace leastSymbols and sureSymbols for bodies of hexadecimal
	// digits. By chance, a gigabyte of hashes has 6 pieces of eight of a body of 32 digits, 0.3
	// of nine, 0.02 of ten and 0.001 of eleven, and as many backwards. So pieces of nine are
	// weak (and do not count backwards), pieces of ten are weak except for hexFirst symbols, and
	// pieces of eight do not count. A piece of ten and one of nine then stay below the lowest
	// threshold of 24 halves; two of ten or three of nine that do not overlap reach it.
	hexSymbols = 9
	hexSure    = 11
	hexFirst   = 4
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
	partly // weak except for hexFirst symbols
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
	symbols, sure, bits := leastSymbols, sureSymbols, float64(leastBits)
	if r.hex {
		symbols, sure = hexSymbols, hexSure
	}
	if r.wordy {
		bits = wordyBits
	}
	switch {
	case p.Symbols < symbols || p.Bits < bits || !p.Plain && p.Run < codedRun:
		return chance
	case r.hex && p.Backward && p.Symbols < sure-1:
		return chance
	case r.hex && p.Symbols == sure-1:
		return partly
	case p.Symbols < sure && (r.hex || far || !p.Plain):
		return weak
	}
	return remembered
}

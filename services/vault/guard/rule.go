package guard

import "github.com/keyhole-dev/keyhole/services/vault/guard/lane"

// What a piece must be to withhold an answer by itself. They are measured: see
// docs/secure/threat-model.md. No ordinary text has ten symbols of a random key.
const (
	stopSpan    = 12 // characters
	stopSymbols = 10
	stopBits    = 55
	// shortBody is the length under which three quarters of a body stop.
	shortBody = 16
)

// What a smaller piece must be to be remembered.
const (
	leastSymbols = 8
	leastBits    = 40
	// weakSymbols are for bodies of hexadecimal digits, and for places where more turns
	// up by chance: other codings than the body itself, what was decoded, and texts
	// beyond farBytes.
	weakSymbols = 10
	farBytes    = 1 << 20
	// wordyBits is for bodies with fewer bits a symbol than wordyRate: words.
	wordyBits = 55
	wordyRate = 4.9
)

// rule is what is known of one secret's body.
type rule struct {
	symbols int
	hex     bool
	wordy   bool
}

// finding is what the rule makes of a piece.
type finding int

const (
	chance finding = iota
	remembered
	stopping
)

// stops reports whether a piece withholds the answer. That it may still grow makes no
// difference.
func (r rule) stops(p lane.Piece) bool {
	if r.symbols < shortBody {
		return p.Symbols >= max(leastSymbols, (3*r.symbols+3)/4)
	}
	if p.Bits >= stopBits && p.Symbols >= stopSymbols && p.Span >= stopSpan {
		return true
	}
	// Every second character of a body under twenty. Eight digits turn up by chance.
	return !r.hex && p.Whole && p.Symbols >= leastSymbols && p.Span >= stopSpan
}

// judge decides over a piece that grows no further. weak says that it was found where
// more turns up by chance.
func (r rule) judge(p lane.Piece, weak bool) finding {
	if r.stops(p) {
		return stopping
	}
	symbols, bits := leastSymbols, float64(leastBits)
	if r.hex || weak || !p.Plain {
		symbols = weakSymbols
	}
	if r.wordy {
		bits = wordyBits
	}
	if p.Symbols >= symbols && p.Bits >= bits {
		return remembered
	}
	return chance
}

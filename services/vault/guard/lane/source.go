// Package lane finds a secret's body in a normalised text, in many codings at once.
//
// A lane is the body written in one coding and normalised like the text: so
// separators, line wraps, case and the signs of an alphabet make no difference.
// Runs of eight symbols of all lanes are seeds in one table. A text is looked
// through once; a seed that turns up is extended both ways against its lane.
package lane

import (
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/services/vault/guard/letters"
	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

// Part is a stretch of a secret.
type Part struct {
	Bytes []byte
	// Public marks the bytes that anybody may know; nil is none of them.
	Public []bool
	// Octets says that the bytes are no text. Their symbols are hexadecimal digits.
	Octets bool
}

// source is a Part with its symbols numbered within the body of its secret.
type source struct {
	Part
	secret int
	// order is, for each byte and the end, how many symbols of the body come before it.
	order []int
	// symbols are those of all bytes, also public ones, and at the byte of each.
	symbols []byte
	at      []int
}

// body is what is known of a secret's body.
type body struct {
	symbols int
	// worth is the sum of bits before each symbol, and place the private characters.
	worth []float64
	place []int
}

// add numbers a part's symbols after those that the body has.
func (b *body) add(secret int, p Part) *source {
	s := &source{Part: p, secret: secret, order: make([]int, len(p.Bytes)+1)}
	s.normalise()
	cost := letters.Cost(s.symbols)
	place := 0
	if n := len(b.place); n > 0 {
		place = b.place[n-1] + 1
	}
	if len(b.worth) == 0 {
		b.worth = []float64{0}
	}
	next := 0
	for i := range p.Bytes {
		s.order[i] = b.symbols
		private := p.Public == nil || !p.Public[i]
		for ; next < len(s.at) && s.at[next] == i; next++ {
			if private {
				b.symbols++
				b.worth = append(b.worth, b.worth[len(b.worth)-1]+s.bits(cost[next]))
				b.place = append(b.place, place)
				if s.Octets {
					place++ // each digit counts as a character
				}
			}
		}
		if private && !s.Octets {
			place++
		}
	}
	s.order[len(p.Bytes)] = b.symbols
	return s
}

// bits is what a symbol is worth: of octets, four bits each.
func (s *source) bits(cost float32) float64 {
	if s.Octets {
		return 4
	}
	return float64(cost)
}

func (s *source) normalise() {
	if s.Octets {
		s.symbols, s.at = hexDigits(s.Bytes)
		return
	}
	for i := 0; i < len(s.Bytes); {
		r, size := utf8.DecodeRune(s.Bytes[i:])
		n := len(s.symbols)
		if s.symbols = view.AppendRune(s.symbols, r); r == utf8.RuneError {
			s.symbols = s.symbols[:n]
		}
		for range len(s.symbols) - n {
			s.at = append(s.at, i)
		}
		i += size
	}
}

func hexDigits(b []byte) (symbols []byte, at []int) {
	for i, v := range b {
		symbols, at = append(symbols, v>>4, v&15), append(at, i, i)
	}
	return symbols, at
}

// Measure says how many symbols the body of some parts has, and what they are worth in
// bits under the letter model.
func Measure(parts []Part) (symbols int, bits float64) {
	var b body
	for _, p := range parts {
		b.add(0, p)
	}
	if b.symbols == 0 {
		return 0, 0
	}
	return b.symbols, b.worth[b.symbols]
}

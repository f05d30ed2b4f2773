package lane

import (
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/services/vault/guard/letters"
	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

// Part is a part of a secret.
type Part struct {
	Bytes []byte
	// Public marks the public bytes. If it is nil, all bytes are private.
	Public []bool
	// Octets means that the bytes are not text. Their symbols are hexadecimal digits.
	Octets bool
}

// source is a Part with its symbols numbered within the body of its secret.
type source struct {
	Part
	secret int
	// order has, for each byte and for the end, the number of body symbols before it.
	order []int
	// symbols has the symbols of all bytes, including public ones, and at the byte of each.
	symbols []byte
	at      []int
}

// body describes a secret's body.
type body struct {
	symbols int
	// worth has the sum of bits before each symbol, place the index of its private character.
	worth []float64
	place []int
}

// add numbers the symbols of a part after those of earlier parts.
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

// bits is the information in a symbol: four bits for octets.
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

// Measure returns the number of symbols in the body of some parts, and their information in bits
// under the letter model.
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

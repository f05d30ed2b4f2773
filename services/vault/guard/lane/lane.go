package lane

import (
	"slices"
	"unicode"
)

// lane is a body in one coding. It has at most 65 535 symbols.
type lane struct {
	symbols []byte
	// at has, for each symbol, the index of its source byte.
	at     []uint16
	source *source
	// A sparse lane contains every nth symbol of the body.
	sparse bool
	plain  bool
	// A backward lane is plain and reversed.
	backward bool
}

// span is the part of the body that a run of a lane shows, [from, to). A character counts only if
// all its symbols are in the run.
func (l *lane) span(a, b int) (from, to int) {
	if v := l.at[a]; a > 0 && l.at[a-1] == v {
		for a < b && l.at[a] == v {
			a++
		}
	}
	if v := l.at[b-1]; b < len(l.at) && l.at[b] == v {
		for b > a && l.at[b-1] == v {
			b--
		}
	}
	if a == b {
		return 0, 0
	}
	first, last := int(l.at[a]), int(l.at[b-1])
	if first > last {
		first, last = last, first
	}
	return l.source.order[first], l.source.order[last+1]
}

// text is a coding of a source before normalisation: characters, each with the index of its source
// byte.
type text struct {
	chars []byte
	at    []int
}

func (t text) reversed() text {
	r := text{slices.Clone(t.chars), slices.Clone(t.at)}
	slices.Reverse(r.chars)
	slices.Reverse(r.at)
	return r
}

// lane normalises a coding.
func (s *source) lane(t text) lane {
	l := lane{source: s}
	for i, c := range t.chars {
		if c < unicode.MaxASCII && symbolOf[c] != none {
			l.symbols, l.at = append(l.symbols, symbolOf[c]), append(l.at, uint16(t.at[i]))
		}
	}
	return l
}

// none is the symbol of a character that normalisation drops.
const none = 0xff

var symbolOf = func() (t [128]byte) {
	for i := range t {
		t[i] = none
	}
	for i := range byte(10) {
		t['0'+i] = i
	}
	for i := range byte(26) {
		t['a'+i], t['A'+i] = 10+i, 10+i
	}
	return t
}()

package lane

import (
	"slices"
	"strconv"
)

// longest is the size from which on a part has only the most common lanes, in bytes. Decoders find
// the other codings.
const longest = 512

// lanesOf returns all lanes of a source.
func lanesOf(s *source) []lane {
	whole := text{s.Bytes, count(len(s.Bytes))}
	var out []lane
	add := func(list ...text) {
		for _, t := range list {
			out = append(out, s.lane(t))
		}
	}
	out = append(out, s.plain()...)
	if len(s.Bytes) <= longest {
		out = append(out, s.unescaped()...)
	}
	add(radix64(whole)...)
	if s.Octets {
		return out
	}
	add(digits(whole, "", 16, 2))
	if len(s.Bytes) > longest {
		return out
	}
	out = append(out, s.thinned()...)
	out = append(out, s.rotated(), s.mirrored())
	add(whole.rotated47())
	add(radix45(whole)...)
	add(digits(whole, "x", 16, 2), digits(whole, "0x", 16, 2), digits(whole, "u00", 16, 2), digits(whole, "00", 16, 2))
	add(digits(whole.reversed(), "", 16, 2), digits(whole, "", 8, 3), digits(whole, "", 10, 3), digits(whole, "", 10, 0))
	add(radix32(whole)...)
	add(radix64(whole.reversed())...)
	for _, t := range radix64(whole) {
		add(t.reversed())
	}
	add(radix64(digits(whole, "", 16, 2))...)
	add(radix64(whole.widened(0))...)
	add(radix64(whole.widened(1))...)
	for _, inner := range radix64(whole) {
		add(radix64(inner)...)
		add(digits(inner, "", 16, 2))
	}
	add(whole.radix(6, 3, uuAlphabet)...)
	add(radix85(whole)...)
	return out
}

func count(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// widened is UTF-16 of ASCII. order is the position of the character in its pair.
func (t text) widened(order int) text {
	var w text
	for i, c := range t.chars {
		var pair [2]byte
		pair[order] = c
		w.chars, w.at = append(w.chars, pair[:]...), append(w.at, t.at[i], t.at[i])
	}
	return w
}

// digits writes each character as a number after a mark, padded to a width unless that is 0.
func digits(t text, mark string, base, width int) text {
	var d text
	for i, c := range t.chars {
		n := strconv.FormatInt(int64(c), base)
		for len(n) < width {
			n = "0" + n
		}
		for _, b := range []byte(mark + n) {
			d.chars, d.at = append(d.chars, b), append(d.at, t.at[i])
		}
	}
	return d
}

// plain returns the body itself, and reversed.
func (s *source) plain() []lane {
	l := lane{source: s, symbols: s.symbols, plain: true}
	for _, i := range s.at {
		l.at = append(l.at, uint16(i))
	}
	r := lane{source: s, symbols: slices.Clone(l.symbols), at: slices.Clone(l.at), plain: true, backward: true}
	slices.Reverse(r.symbols)
	slices.Reverse(r.at)
	return []lane{l, r}
}

// thinned returns every second, third and fourth character, from each start.
func (s *source) thinned() []lane {
	var out []lane
	for step := 2; step <= 4; step++ {
		for from := range step {
			l := lane{source: s, sparse: true}
			for i, at := range s.at {
				if at%step == from {
					l.symbols, l.at = append(l.symbols, s.symbols[i]), append(l.at, uint16(at))
				}
			}
			out = append(out, l)
		}
	}
	return out
}

// rotated is ROT13.
func (s *source) rotated() lane {
	return s.replaced(func(letter byte) byte { return (letter + 13) % 26 })
}

// mirrored is Atbash: "a" for "z".
func (s *source) mirrored() lane {
	return s.replaced(func(letter byte) byte { return 25 - letter })
}

// rotated47 is ROT47, which replaces all printable characters.
func (t text) rotated47() text {
	const first, count = '!', '~' - '!' + 1
	r := text{slices.Clone(t.chars), t.at}
	for i, c := range r.chars {
		if c >= first && c < first+count {
			r.chars[i] = first + (c-first+count/2)%count
		}
	}
	return r
}

// replaced is the body with other letters, counted from 0.
func (s *source) replaced(letter func(byte) byte) lane {
	l := lane{source: s}
	for i, at := range s.at {
		c := s.symbols[i]
		if c >= 10 {
			c = 10 + letter(c-10)
		}
		l.symbols, l.at = append(l.symbols, c), append(l.at, uint16(at))
	}
	return l
}

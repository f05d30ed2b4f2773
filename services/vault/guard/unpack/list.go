package unpack

import (
	"slices"
	"unicode/utf8"
)

const (
	// leastList is the shortest list of numbers that is decoded; maxList bounds it.
	leastList = 8
	maxList   = 1 << 16
	// maxStride bounds the numbers for each element of a list: "0: 115, 1: 107" has two.
	maxStride = 3
)

// list is an open list of numbers: bytes, each written as a word.
type list struct {
	// read appends the bytes of a word. It reports whether the word consists of numbers.
	read func(to, word []byte) ([]byte, bool)
	// gap is the most characters between two numbers.
	gap int
	// octets means that other lists decode ASCII.
	octets bool
	values []byte
	// all has the same with a zero for each number that is not a byte.
	all []byte
	// quiet counts the characters since the last number, since those from the first.
	quiet int
	since int64
}

func (l *list) begun() bool { return len(l.values) > 0 }

func (l *list) clear() { l.values, l.all, l.quiet, l.since = l.values[:0], l.all[:0], 0, 0 }

// pass reads characters between words.
func (l *list) pass(n int, out func(Run)) {
	if len(l.values) == 0 {
		return
	}
	l.since += int64(n)
	if l.quiet += n; l.quiet > l.gap {
		l.end(out)
	}
}

// word reads a word: a number, or a word between two. Numbers that are not bytes are words between
// two.
func (l *list) word(w []byte, out func(Run)) {
	values, ok := l.read(l.values, w)
	if !ok {
		if digit(w[0]) && len(l.all) > 0 {
			l.all = append(l.all, 0)
		}
		l.pass(len(w), out)
		return
	}
	if len(values) > maxList || len(l.all) > maxStride*maxList {
		l.end(out)
		return
	}
	l.all = append(l.all, values[len(l.values):]...)
	l.values = values
	l.quiet = 0
	l.since += int64(len(w))
}

// end ends the list.
func (l *list) end(out func(Run)) {
	if len(l.values) >= leastList && !(l.octets && ascii(l.values)) {
		out(Run{Numbers, l.values, l.all})
	}
	l.clear()
}

func ascii(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c >= utf8.RuneSelf })
}

// mayCount reports that a reader of a list may accept a word, or that the word is a number.
func mayCount(w []byte) bool {
	letter := w[0]|0x20 >= 'a' && w[0]|0x20 <= 'z'
	return !letter || len(w) > 1 && hexValue(w[0]) >= 0 && hexValue(w[1]) >= 0
}

// decimal reads "115", also as "115-107-" with signs that words have, and "0o163".
func decimal(to, w []byte) ([]byte, bool) {
	n, digits, before := 0, 0, len(to)
	if len(w) > 2 && w[0] == '0' && w[1]|0x20 == 'o' {
		w = w[2:]
	}
	for i := range len(w) + 1 {
		if i < len(w) && digit(w[i]) {
			n, digits = n*10+int(w[i]-'0'), digits+1
			if digits > 3 || n > 255 {
				return to[:before], false
			}
			continue
		}
		if i < len(w) && w[i] != '-' && w[i] != '_' && w[i] != '+' && w[i] != '/' {
			return to[:before], false
		}
		if digits > 0 {
			to = append(to, byte(n))
		}
		n, digits = 0, 0
	}
	return to, len(to) > before
}

// octal reads a list of decimal numbers as octal numbers, as dumps write them, or returns nil.
func octal(values []byte) []byte {
	out := make([]byte, len(values))
	for i, v := range values {
		high, middle, low := v/100, v/10%10, v%10
		if middle > 7 || low > 7 {
			return nil
		}
		out[i] = high<<6 | middle<<3 | low
	}
	return out
}

// signed reads "-61" and "101", bytes with a sign.
func signed(to, w []byte) ([]byte, bool) {
	minus := len(w) > 0 && w[0] == '-'
	if minus {
		w = w[1:]
	}
	if len(w) == 0 || len(w) > 3 {
		return to, false
	}
	n := 0
	for _, b := range w {
		if !digit(b) {
			return to, false
		}
		n = n*10 + int(b-'0')
	}
	switch {
	case minus && n <= 128:
		return append(to, byte(-n)), true
	case !minus && n <= 127:
		return append(to, byte(n)), true
	}
	return to, false
}

// hexPair reads "73", "0x73" and "73-6b-".
func hexPair(to, w []byte) ([]byte, bool) {
	before := len(to)
	if len(w) >= 4 && w[0] == '0' && w[1]|0x20 == 'x' {
		w = w[2:]
	}
	for len(w) > 0 {
		if len(w) < 2 || len(w) > 2 && w[2] != '-' && w[2] != '_' {
			return to[:before], false
		}
		high, low := hexValue(w[0]), hexValue(w[1])
		if high < 0 || low < 0 {
			return to[:before], false
		}
		to = append(to, byte(high<<4|low))
		w = w[min(len(w), 3):]
	}
	return to, true
}

func hexValue(b byte) int {
	switch {
	case digit(b):
		return int(b - '0')
	case b|0x20 >= 'a' && b|0x20 <= 'f':
		return int(b|0x20-'a') + 10
	}
	return -1
}

// octet reads "01110011".
func octet(to, w []byte) ([]byte, bool) {
	if len(w) != 8 {
		return to, false
	}
	v := byte(0)
	for _, b := range w {
		if b != '0' && b != '1' {
			return to, false
		}
		v = v<<1 | (b - '0')
	}
	return append(to, v), true
}

// strided passes on every nth number of a list, from each of the first n.
func strided(values []byte, give func([]byte)) {
	for n := 2; n <= maxStride && len(values) >= n*leastList; n++ {
		for from := range n {
			out := make([]byte, 0, len(values)/n+1)
			for i := from; i < len(values); i += n {
				out = append(out, values[i])
			}
			give(out)
		}
	}
}

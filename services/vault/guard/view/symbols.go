package view

import "unicode/utf8"

// Normaliser turns a text, in pieces of any size, into symbols.
type Normaliser struct {
	// part is the beginning of an incomplete rune.
	part [utf8.UTFMax]byte
	n    int
}

// Reset forgets what was seen.
func (n *Normaliser) Reset() { n.n = 0 }

// Append appends the symbols of text to dst. Each is below Symbols.
func (n *Normaliser) Append(dst, text []byte) []byte {
	if n.n > 0 {
		dst, text = n.complete(dst, text)
	}
	for len(text) > 0 {
		var done int
		dst, done = appendASCII(dst, text)
		if text = text[done:]; len(text) == 0 {
			break
		}
		if !utf8.FullRune(text) {
			n.n = copy(n.part[:], text)
			break
		}
		r, size := utf8.DecodeRune(text)
		dst = AppendRune(dst, r)
		text = text[size:]
	}
	return dst
}

// complete reads the missing bytes of an incomplete rune.
func (n *Normaliser) complete(dst, text []byte) ([]byte, []byte) {
	for n.n > 0 {
		if utf8.FullRune(n.part[:n.n]) {
			r, size := utf8.DecodeRune(n.part[:n.n])
			dst = AppendRune(dst, r)
			n.n = copy(n.part[:], n.part[size:n.n])
			continue
		}
		if len(text) == 0 {
			break
		}
		n.part[n.n] = text[0]
		n.n++
		text = text[1:]
	}
	return dst, text
}

// appendASCII appends the symbols of text up to its first byte outside of ASCII. It writes each
// byte, and the next overwrites a dropped one, because that is faster than a branch.
func appendASCII(dst, text []byte) ([]byte, int) {
	k := len(dst)
	if free := cap(dst) - k; free < len(text) {
		dst = append(dst, make([]byte, len(text))...)
	}
	dst = dst[:k+len(text)]
	for i, b := range text {
		s := ascii[b]
		if s == wide {
			return dst[:k], i
		}
		dst[k] = s
		k += int(s>>7 ^ 1)
	}
	return dst[:k], len(text)
}

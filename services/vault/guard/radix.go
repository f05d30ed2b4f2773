package guard

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// radix describes an encoding that writes a fixed number of bits as one character.
type radix struct {
	bits  int
	forms []Unit // of each value
}

func hexadecimal(piece []byte) []Pattern {
	var p Pattern
	for _, c := range hex.EncodeToString(piece) {
		p = append(p, letterForms(byte(c)))
	}
	return []Pattern{p}
}

func base32Once(piece []byte) []Pattern {
	r := radix{bits: 5}
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") {
		r.forms = append(r.forms, letterForms(c))
	}
	return r.patterns(piece, 5)
}

func base64Once(piece []byte) []Pattern { return base64Radix().patterns(piece, 3) }

// base64Twice looks for base64 of base64. The inner text is taken in both
// alphabets, and without its first and last characters where they also depend
// on what stands around the piece.
func base64Twice(piece []byte) []Pattern {
	var out []Pattern
	seen := map[string]bool{}
	for shift := range 3 {
		padded := append(make([]byte, shift), piece...)
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			inner := enc.EncodeToString(padded)
			inner = inner[(8*shift+5)/6 : 8*len(padded)/6]
			if !seen[inner] {
				seen[inner] = true
				out = append(out, base64Once([]byte(inner))...)
			}
		}
		clear(padded)
	}
	return out
}

// base64Radix covers both alphabets, and the escapes that the two special
// characters get in JSON and in URLs.
func base64Radix() radix {
	r := radix{bits: 6}
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" {
		r.forms = append(r.forms, Unit{string(c)})
	}
	r.forms = append(r.forms, Unit{"+", "-", "%2B", "%2b", `\u002b`, `\u002B`}, Unit{"/", "_", "%2F", "%2f", `\/`})
	return r
}

// patterns gives the piece at every alignment: shift foreign bytes come before it
// in its group. The first character may hold some of their bits and some of the
// piece's: it gets every value that fits, so that a match begins with the first bit
// of the secret. What depends on the bytes after the piece is left off.
func (r radix) patterns(piece []byte, alignments int) []Pattern {
	out := make([]Pattern, 0, alignments)
	for shift := range alignments {
		start, end := 8*shift, 8*(shift+len(piece))
		var p Pattern
		for at := start / r.bits * r.bits; at+r.bits <= end; at += r.bits {
			foreign := max(0, start-at)
			if at+r.bits <= start {
				continue
			}
			low := value(piece, at-start, r.bits)
			var u Unit
			for high := range 1 << foreign {
				u = append(u, r.forms[high<<(r.bits-foreign)|low]...)
			}
			p = append(p, u)
		}
		out = append(out, p)
	}
	return out
}

// value reads bits from a bit offset on; those before the piece are zero.
func value(piece []byte, at, bits int) int {
	v := 0
	for i := at; i < at+bits; i++ {
		v <<= 1
		if i >= 0 {
			v |= int(piece[i/8]>>(7-i%8)) & 1
		}
	}
	return v
}

func letterForms(c byte) Unit {
	lower, upper := strings.ToLower(string(rune(c))), strings.ToUpper(string(rune(c)))
	if lower == upper {
		return Unit{lower}
	}
	return Unit{lower, upper}
}

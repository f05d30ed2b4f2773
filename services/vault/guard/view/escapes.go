package view

import (
	"bytes"
	"html"
	"unicode/utf8"
)

// hexValue is the value of a hexadecimal digit, or -1.
var hexValue = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
		switch b := byte(i); {
		case b >= '0' && b <= '9':
			t[i] = int8(b - '0')
		case b|0x20 >= 'a' && b|0x20 <= 'f':
			t[i] = int8(b|0x20-'a') + 10
		}
	}
	return t
}()

// hexEscape decodes an escape with a fixed number of digits: \uXXXX, \UXXXXXXXX, %uXXXX, \xXX,
// %XX, =XX and \OOO. Of quoted-printable it decodes printable characters only, because "=" also
// precedes numbers.
func hexEscape(t []byte) (rune, int) {
	n := len(t)
	if n >= 3 && t[n-3] == '%' {
		return number(t[n-2:], 16, n-3)
	}
	if n >= 3 && t[n-3] == '=' {
		if v, from := number(t[n-2:], 16, n-3); v >= ' ' && v < 0x7f {
			return v, from
		}
	}
	if n >= 4 && t[n-4] == '\\' {
		switch d := t[n-3]; {
		case d == 'x' || d == 'X':
			return number(t[n-2:], 16, n-4)
		case d >= '0' && d <= '3':
			return number(t[n-3:], 8, n-4)
		}
	}
	if n >= 6 && (t[n-5] == 'u' || t[n-5] == 'U') && (t[n-6] == '\\' || t[n-6] == '%') {
		if v, from := number(t[n-4:], 16, n-6); t[n-5] == 'u' || v >= ' ' { // else the first half of eight digits
			return asRune(v, from)
		}
	}
	if n >= 10 && t[n-9] == 'U' && t[n-10] == '\\' {
		return asRune(number(t[n-8:], 16, n-10))
	}
	return 0, -1
}

// number reads digits of a base. at is the start of their escape.
func number(digits []byte, base rune, at int) (rune, int) {
	v := rune(0)
	for _, d := range digits {
		h := rune(hexValue[d])
		if h < 0 || h >= base {
			return 0, -1
		}
		v = v*base + h
		if v > utf8.MaxRune {
			return 0, -1
		}
	}
	return v, at
}

// asRune marks a value as a rune, not as a byte of one.
func asRune(v rune, from int) (rune, int) { return v | whole, from }

// braced decodes \u{X}, \x{X}, \N{U+X} and \o{OOO}, also with leading zeros.
func braced(t []byte) (rune, int) {
	open := lastIndex(t, '{', braceBack-2)
	if open < 2 || t[open-2] != '\\' || open == len(t)-2 {
		return 0, -1
	}
	digits, base := t[open+1:len(t)-1], rune(16)
	switch kind := t[open-1]; {
	case kind == 'N' && bytes.HasPrefix(digits, []byte("U+")) && len(digits) > 2:
		digits = digits[2:]
	case kind == 'o':
		base = 8
	case kind != 'u' && kind != 'x':
		return 0, -1
	}
	return asRune(number(digits, base, open-2))
}

// opensBrace reports the beginning of an escape with braces.
func opensBrace(t []byte) bool {
	return t[0] == '\\' && len(t) > 2 && t[2] == '{' && bytes.IndexByte([]byte("uxNo"), t[1]) >= 0
}

// openEntity decodes a numeric entity at the end of the first n bytes, without its optional
// semicolon.
func (u *Unescaper) openEntity(n int) (rune, int) {
	t := u.tail[:n]
	if n < 3 {
		return 0, -1
	}
	last := t[n-1]
	if last == 'p' || last == 'P' {
		if n >= 4 && t[n-4] == '&' && t[n-3]|0x20 == 'a' && t[n-2]|0x20 == 'm' {
			return '&', n - 4
		}
		return 0, -1
	}
	if hexValue[last] < 0 {
		return 0, -1
	}
	i := n - 1
	for i > 0 && i > n-entityBack && hexValue[t[i]] >= 0 {
		i--
	}
	switch {
	case t[i] == '#' && i > 0 && t[i-1] == '&':
		return asRune(number(t[i+1:], 10, i-1))
	case t[i]|0x20 == 'x' && i > 1 && t[i-1] == '#' && t[i-2] == '&':
		return asRune(number(t[i+1:], 16, i-2))
	}
	return 0, -1
}

// continues reports that b is the next digit of an open entity.
func continues(entity []byte, b byte) bool {
	switch {
	case len(entity) < 3 || entity[1] != '#':
		return false
	case entity[2]|0x20 == 'x':
		return hexValue[b] >= 0 && len(entity) < entityBack
	default:
		return b >= '0' && b <= '9' && len(entity) < entityBack
	}
}

// namedEntity decodes an entity with a name of HTML's list.
func (u *Unescaper) namedEntity() (rune, int) {
	from := lastIndex(u.tail, '&', entityBack)
	if from < 0 || len(u.tail)-from < 4 {
		return 0, -1
	}
	name := string(u.tail[from:])
	for _, c := range name[1 : len(name)-1] {
		if ascii[c&0x7f] >= Symbols || c >= utf8.RuneSelf {
			return 0, -1
		}
	}
	r, size := utf8.DecodeRuneInString(html.UnescapeString(name))
	if rest := html.UnescapeString(name)[size:]; len(rest) > 0 && rest[len(rest)-1] == ';' {
		return 0, -1 // "&ltname;" is "<name;"
	}
	if r == '&' && size == 1 && name != "&amp;" && name != "&AMP;" {
		return 0, -1
	}
	return asRune(r, from)
}

package document

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a quoted string.
func (p *parser) text() (string, bool) {
	p.at++
	start := p.at
	for p.at < len(p.source) {
		switch c := p.source[p.at]; {
		case c == '"':
			raw := p.source[start:p.at]
			p.at++
			return p.checked(raw)
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			return "", p.fail("a control character in a string must be written as an escape")
		}
		p.at++
	}
	return "", p.fail("the string has no closing quote")
}

func (p *parser) checked(raw []byte) (string, bool) {
	if len(raw) > p.limits.Text {
		return "", p.exceed("a string has %d bytes; at most %d are read", len(raw), p.limits.Text)
	}
	if invalidUTF8(raw) >= 0 {
		return "", p.fail("a string is not valid UTF-8")
	}
	return string(raw), true
}

// escaped decodes the rest of a string from its first backslash into a buffer.
func (p *parser) escaped(start int) (string, bool) {
	out := bytes.Clone(p.source[start:p.at])
	for p.at < len(p.source) {
		switch c := p.source[p.at]; {
		case c == '"':
			p.at++
			return p.checked(out)
		case c == '\\':
			r, ok := p.escape()
			if !ok {
				return "", false
			}
			out = utf8.AppendRune(out, r)
		case c < ' ':
			return "", p.fail("a control character in a string must be written as an escape")
		default:
			out = append(out, c)
			p.at++
		}
	}
	return "", p.fail("the string has no closing quote")
}

var simpleEscapes = [256]rune{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (p *parser) escape() (rune, bool) {
	if p.at+1 >= len(p.source) {
		return 0, p.fail("the string has no closing quote")
	}
	c := p.source[p.at+1]
	if c == 'u' {
		return p.unicodeEscape()
	}
	if r := simpleEscapes[c]; r != 0 {
		p.at += 2
		return r, true
	}
	return 0, p.fail("an unknown escape in a string")
}

// unicodeEscape reads \uXXXX, with its low surrogate if there is one. It refuses a lone
// surrogate, because parsers disagree about it.
func (p *parser) unicodeEscape() (rune, bool) {
	high, ok := p.hex4(p.at)
	if !ok {
		return 0, p.fail("\\u needs four hexadecimal digits")
	}
	if !utf16.IsSurrogate(high) {
		p.at += 6
		return high, true
	}
	low, ok := p.hex4(p.at + 6)
	joined := utf16.DecodeRune(high, low)
	if !ok || joined == utf8.RuneError {
		return 0, p.fail("a string has half of a surrogate pair")
	}
	p.at += 12
	return joined, true
}

func (p *parser) hex4(at int) (rune, bool) {
	if at+6 > len(p.source) || p.source[at] != '\\' || p.source[at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.source[at+2:at+6]), 16, 16)
	return rune(n), err == nil
}

// invalidUTF8 returns the offset of the first invalid byte of s, or -1.
func invalidUTF8(s []byte) int {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return -1
}

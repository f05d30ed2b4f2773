package view

import (
	"bytes"
	"unicode/utf8"
)

// introducer is the greatest length of an escape that begins with a byte; 0 for all other bytes.
var introducer = [256]uint8{'\\': lookBack, '%': lookBack, '=': lookBack, '&': entityBack, '<': tagBack, escape: lookBack}

// Unescaper undoes the escapes of JSON, programming languages, URLs, quoted-printable and HTML. It
// drops tags and terminal colours.
//
// It appends each byte, and reduces the tail while that ends in a complete escape. A decoded
// character can end another escape, so nested escapes are undone in the same pass. Bytes far
// enough from an introducer are final.
type Unescaper struct {
	tail []byte // begins with an introducer, or is empty
	// high is the first half of a surrogate pair.
	high rune
	// reductions counts decoded escapes; touched means that one was in the tail.
	reductions int
	touched    bool
	// Tag receives each dropped tag that may contain a decoded escape, because neither view of the
	// text shows it.
	Tag func(content []byte)
}

// Reset forgets what was seen.
func (u *Unescaper) Reset() { u.tail, u.high, u.touched = u.tail[:0], 0, false }

// Pending is the part that is not final. It is valid until the next call.
func (u *Unescaper) Pending() []byte { return u.tail }

// Unchanged is the number of first bytes of text that Append would append as they are.
func (u *Unescaper) Unchanged(text []byte) int {
	if len(u.tail) > 0 {
		return 0
	}
	return plainLen(text)
}

// Append appends the final part of text to dst, and reports whether it decoded an escape.
func (u *Unescaper) Append(dst, text []byte) ([]byte, bool) {
	before := u.reductions
	for i := 0; i < len(text); i++ {
		if len(u.tail) == 0 {
			n := plainLen(text[i:])
			dst = append(dst, text[i:i+n]...)
			if i += n; i == len(text) {
				break
			}
		}
		u.push(text[i])
		dst = u.settle(dst)
	}
	return dst, u.reductions != before
}

// Flush ends the text.
func (u *Unescaper) Flush(dst []byte) ([]byte, bool) {
	before := u.reductions
	if value, from := u.openEntity(len(u.tail)); from >= 0 {
		u.reduce(from, value)
	}
	dst = append(dst, u.tail...)
	u.Reset()
	return dst, u.reductions != before
}

// plainLen is the length of the text before its first introducer.
func plainLen(text []byte) int {
	for i, b := range text {
		if introducer[b] != 0 {
			return i
		}
	}
	return len(text)
}

// settle moves the final part of the tail to dst.
func (u *Unescaper) settle(dst []byte) []byte {
	done := 0
	for done < len(u.tail) {
		back := int(introducer[u.tail[done]])
		if back > 0 && len(u.tail)-done >= back {
			back = furthest(u.tail[done:], back)
		}
		if back > 0 && len(u.tail)-done < back {
			break
		}
		n := 1
		n += plainLen(u.tail[done+1:])
		done += n
	}
	if done > 0 {
		dst = append(dst, u.tail[:done]...)
		u.tail = u.tail[:copy(u.tail, u.tail[done:])]
	}
	return dst
}

// furthest is the greatest length of a longer escape: a tag with values, a comment, digits in
// braces.
func furthest(t []byte, back int) int {
	switch {
	case opensBrace(t):
		return braceBack
	case opensLongTag(t):
		return longTagBack
	}
	return back
}

// push appends one byte and reduces the tail while that ends in an escape.
func (u *Unescaper) push(b byte) {
	if len(u.tail) == 0 {
		u.touched = false
	}
	if value, from := u.openEntity(len(u.tail)); from >= 0 && !continues(u.tail[from:], b) {
		u.reduce(from, value)
		if b == ';' {
			return
		}
	}
	u.tail = append(u.tail, b)
	for len(u.tail) > 1 {
		value, from := u.ending()
		if from < 0 {
			return
		}
		u.reduce(from, value)
	}
}

// reduce replaces the tail from an index by a value: a rune, or below 0x100 a byte as in percent
// escapes, which may be part of a rune.
func (u *Unescaper) reduce(from int, value rune) {
	u.reductions++
	if value == nothing && u.tail[from] == '<' && u.touched && u.Tag != nil {
		u.Tag(u.tail[from:])
	}
	u.tail, u.touched = u.tail[:from], true
	switch value, bare := value&^whole, value < whole; {
	case value < 0:
	case value < 0x100 && bare:
		u.tail = append(u.tail, byte(value))
	case value >= 0xd800 && value < 0xdc00:
		u.high = value
	case value >= 0xdc00 && value < 0xe000:
		if u.high != 0 {
			u.tail = utf8.AppendRune(u.tail, (u.high-0xd800)<<10+value-0xdc00+0x10000)
		}
		u.high = 0
	default:
		u.tail = utf8.AppendRune(u.tail, value)
	}
}

// ending finds the escape at the end of the tail: its value, and its start or -1.
func (u *Unescaper) ending() (value rune, from int) {
	t := u.tail
	last := len(t) - 1
	switch b := t[last]; {
	case b == '>':
		return nothing, tagAt(t)
	case b == '[' && bytes.HasSuffix(t, cdata):
		return nothing, len(t) - len(cdata)
	case b == ';':
		return u.namedEntity()
	case b == '}':
		return braced(t)
	case t[last-1] == '\\':
		return simple(b, last-1)
	case hexValue[b] >= 0:
		if value, from := hexEscape(t); from >= 0 {
			return value, from
		}
	}
	if b := t[last] | 0x20; b >= 'a' && b <= 'z' {
		return nothing, colour(t)
	}
	return 0, -1
}

// simple is a backslash and one character.
func simple(b byte, at int) (rune, int) {
	switch b {
	case '\\', '/', '"', '\'', '`':
		return rune(b), at
	case 'n', 't', 'r', 'b', 'f', 'v':
		return ' ', at
	case 'e':
		return escape, at
	}
	return 0, -1
}

// colour finds a terminal's control sequence, of which the last byte is a letter.
func colour(t []byte) int {
	for i := len(t) - 2; i > 0 && i >= len(t)-lookBack; i-- {
		switch b := t[i]; {
		case b >= '0' && b <= '9', b == ';':
		case b == '[' && t[i-1] == escape:
			return i - 1
		default:
			return -1
		}
	}
	return -1
}

package container

import (
	"bytes"
	"hash/maphash"
	"unicode/utf16"
	"unicode/utf8"
)

// open begins a string.
func (j *jsonWalker) open() {
	j.inString, j.high, j.escape = true, 0, j.escape[:0]
	j.cutBefore = false
	n := j.top()
	j.isName = n != nil && n.expect
	j.name = j.name[:0]
	j.started = len(j.arena)
}

// string reads a string, and returns the number of bytes of b.
func (j *jsonWalker) string(b []byte) int {
	j.begin()
	for i := 0; i < len(b); i++ {
		if len(j.escape) > 0 && !lineBreak(b[i]) {
			j.escaped(b[i])
			continue
		}
		k := i
		for k < len(b) && b[k] != '"' && b[k] != '\\' && !lineBreak(b[k]) {
			k++
		}
		j.put(b[i:k])
		if i = k; i == len(b) {
			break
		}
		if b[i] == '"' || lineBreak(b[i]) { // no string goes over a line's end: that was no string
			j.close()
			return i + 1
		}
		j.escape = append(j.escape, '\\')
	}
	return len(b)
}

func lineBreak(b byte) bool { return b == '\n' || b == '\r' }

func (j *jsonWalker) put(b []byte) {
	if j.isName {
		j.name = append(j.name, b[:min(len(b), flushAt-len(j.name))]...)
	}
	for len(j.arena)+len(b) > j.most() {
		n := max(0, j.most()-len(j.arena))
		j.arena = append(j.arena, b[:n]...)
		b = b[n:]
		j.cut(false)
		j.flush()
		j.begin()
	}
	j.arena = append(j.arena, b...)
}

// escaped reads one more byte of an escape.
func (j *jsonWalker) escaped(c byte) {
	j.escape = append(j.escape, c)
	switch e := j.escape; {
	case len(e) == 2 && c != 'u':
		if plain, ok := unescaped(c); ok {
			j.put([]byte{plain})
		} else {
			j.put(e) // no escape of JSON, and still one for lenient readers
		}
	case len(e) < 6:
		return
	default:
		j.rune(e[2:])
	}
	j.escape = j.escape[:0]
}

func unescaped(c byte) (plain byte, ok bool) {
	switch c {
	case 'n':
		return '\n', true
	case 't':
		return '\t', true
	case 'r':
		return '\r', true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case '"', '\\', '/':
		return c, true
	}
	return c, false
}

func (j *jsonWalker) rune(digits []byte) {
	v := rune(0)
	for _, d := range digits {
		v <<= 4
		switch {
		case d >= '0' && d <= '9':
			v |= rune(d - '0')
		case d|0x20 >= 'a' && d|0x20 <= 'f':
			v |= rune(d|0x20-'a') + 10
		}
	}
	if utf16.IsSurrogate(v) {
		if v < 0xdc00 {
			j.high = v
			return
		}
		v = utf16.DecodeRune(j.high, v)
	}
	j.high = 0
	j.put(utf8.AppendRune(nil, v))
}

// isIndex reports a name for the number of a choice: index, output_index, choiceIndex.
func isIndex(name []byte) bool {
	const index = "index"
	return len(name) >= len(index) && bytes.EqualFold(name[len(name)-len(index):], []byte(index))
}

// close ends a string.
func (j *jsonWalker) close() {
	j.inString = false
	n := j.top()
	if j.isName {
		n.name, n.isIndex = maphash.Bytes(seed, j.name), isIndex(j.name)
		j.number = j.number[:0]
		j.cut(true)
		return
	}
	if n != nil && n.isIndex {
		j.number = append(j.number[:0], j.arena[min(j.started, len(j.arena)):]...)
		j.endNumber()
	}
	j.cut(true)
}

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
		k := i + plainLen(b[i:])
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

// plainLen is the length of a string before its end or its first escape.
func plainLen(b []byte) int {
	const short, window = 16, 256 // bytes; few strings are longer, and those are searched a part at a time
	for i, c := range b[:min(len(b), short)] {
		if inside[c] {
			return i
		}
	}
	for from := short; from < len(b); from += window {
		part := b[from:min(len(b), from+window)]
		for _, c := range []byte("\"\\\n\r") {
			if n := bytes.IndexByte(part, c); n >= 0 {
				part = part[:n]
			}
		}
		if len(part) < min(window, len(b)-from) {
			return from + len(part)
		}
	}
	return len(b)
}

// inside has the characters that are not themselves in a string.
var inside = [256]bool{'"': true, '\\': true, '\n': true, '\r': true}

func lineBreak(b byte) bool { return b == '\n' || b == '\r' }

func (j *jsonWalker) put(b []byte) {
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
		name := j.arena[j.started:]
		if j.cutBefore { // a part of it was passed on
			name = j.keepName()
		}
		n.name, n.isIndex = maphash.Bytes(seed, name), isIndex(name)
		j.number = j.number[:0]
		if !j.cutBefore && len(name) >= leastName && j.known.name(mix(n.path, n.name)) {
			j.arena = j.arena[:j.started]
			return
		}
		j.cut(true)
		return
	}
	text := j.arena[min(j.started, len(j.arena)):]
	if n != nil && n.isIndex {
		j.number = append(j.number[:0], text...)
		j.endNumber()
	}
	if !j.cutBefore && len(text) >= leastRepeated && j.known.text(j.place(), maphash.Bytes(seed, text)) {
		j.arena = j.arena[:j.started]
		return
	}
	j.cut(true)
}

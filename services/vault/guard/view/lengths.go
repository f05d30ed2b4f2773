package view

import "bytes"

const (
	// lookBack is the greatest length of an escape, in bytes.
	lookBack = 12
	// entityBack, tagBack and braceBack are the same for a named entity, a tag and an escape with
	// braces, longTagBack for a tag with a value and for a comment.
	entityBack  = 34
	tagBack     = 66
	braceBack   = 34
	longTagBack = 514
	escape      = 0x1b
)

const (
	// nothing is the value of a dropped text, such as a tag.
	nothing = -1
	// whole marks a rune below 0x100 that is not a byte of a longer one.
	whole = 1 << 22
)

func lastIndex(t []byte, b byte, back int) int {
	start := max(0, len(t)-back)
	if i := bytes.LastIndexByte(t[start:], b); i >= 0 {
		return start + i
	}
	return -1
}

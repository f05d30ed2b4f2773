package gateway

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/reflect/protoreflect"
)

const (
	// maxNesting is how deep lists and objects of a body may stand in one another. A
	// level of JSON is up to three messages on the wire, and protobuf's readers end at
	// 10 000 of them: what is deeper would be a fault of ours further in.
	maxNesting = 100
	// maxValues bounds the values in a body: two bytes of JSON become some hundred in
	// memory.
	maxValues = 1_000_000
)

// excess is what a body has too much of.
type excess string

const (
	nested excess = "lists and objects are nested deeper than 100"
	many   excess = "there are more than a million values"
)

// level is a list or an object that is open.
type level struct {
	object, valued bool // valued: the next is a value, not a name
	name           string
}

// locate tells which fields enclose the byte at offset, outermost first; a name that
// stands there itself is the last. It does not look at values, and ends early where
// there is too much.
func locate(raw []byte, offset int) (names []string, too excess) {
	var open []level
	values := 0
	for i := 0; i < len(raw) && i <= offset && too == ""; i++ {
		switch c := raw[i]; {
		case c == '"':
			end := stringEnd(raw, i)
			if n := len(open) - 1; n >= 0 && open[n].object && !open[n].valued {
				open[n].name = string(raw[i+1 : end])
			}
			i = end
		case i == offset: // anything but a name belongs to what is open
		case c == '{' || c == '[':
			open = append(open, level{object: c == '{'})
			if len(open) > maxNesting {
				too = nested
			}
		case len(open) == 0:
		case c == '}' || c == ']':
			open = open[:len(open)-1]
		case c == ':' || c == ',':
			open[len(open)-1].valued = c == ':'
			if values++; values > maxValues {
				too = many
			}
		}
	}
	for _, l := range open {
		if l.name != "" {
			names = append(names, l.name)
		}
	}
	return names, too
}

// stringEnd is the index of the quote that ends the string which begins at i, or the
// end of the text. Pictures are strings of many megabytes.
func stringEnd(raw []byte, i int) int {
	for {
		n := bytes.IndexByte(raw[i+1:], '"')
		if n < 0 {
			return len(raw)
		}
		begin := i + 1
		i = begin + n
		escapes := 0
		for j := i - 1; j >= begin && raw[j] == '\\'; j-- {
			escapes++
		}
		if escapes%2 == 0 {
			return i
		}
	}
}

// fieldName is the part of a path that the contract names, for a violation. What lies
// below, in inputs for instance, is named by a stranger.
func fieldName(names []string, d protoreflect.MessageDescriptor) string {
	var path []string
	for _, name := range names {
		if d == nil || wellKnown(d) {
			break
		}
		f := fieldOf(d, name)
		if f == nil {
			break
		}
		path, d = append(path, name), f.Message()
		if f.IsMap() {
			break
		}
	}
	if len(path) == 0 {
		return "body"
	}
	return strings.Join(path, ".")
}

// offsetOf is where a line and a column begin; both count from 1, columns in
// characters.
func offsetOf(raw []byte, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		at += bytes.IndexByte(raw[at:], '\n') + 1
	}
	for ; column > 1 && at < len(raw); column-- {
		_, size := utf8.DecodeRune(raw[at:])
		at += size
	}
	return at
}

// position is the line and the column of a byte, as offsetOf takes them.
func position(raw []byte, offset int) (line, column int) {
	before := raw[:min(offset, len(raw))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

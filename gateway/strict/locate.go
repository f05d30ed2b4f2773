package strict

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const (
	// maxNesting bounds the depth of lists and objects. A level of JSON is up to three
	// messages on the wire, and protobuf refuses to decode more than 10 000: a deeper body
	// would fail as our fault in a service.
	maxNesting = 100
	// maxValues bounds the values in a body. Two bytes of JSON become about a hundred in
	// memory.
	maxValues = 1_000_000
)

// excess says which bound a body exceeds.
type excess string

const (
	nested excess = "lists and objects are nested more than 100 deep"
	many   excess = "it has more than a million values"
)

// CheckBounds refuses JSON that is nested too deep or has too many values. field names
// the field of the request for the names that enclose the place, outermost first.
func CheckBounds(raw []byte, field func(names []string) string) error {
	names, too := locate(raw, len(raw))
	if too == "" {
		return nil
	}
	return errs.InvalidArgument("the body is too complex: %s", string(too)).Field(field(names), string(too))
}

// level is a list or an object that is open.
type level struct {
	object, valued bool // valued: the next is a value, not a name
	name           string
}

// locate returns the names that enclose the byte at offset, outermost first. If a name
// itself begins there, it is the last. locate does not look at values, and it stops
// where the text exceeds a bound.
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
		case i == offset: // not a name: the open levels enclose it
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

// stringEnd returns the index of the closing quote of the string that begins at i, or
// the end of the text. It must be fast: pictures are strings of many megabytes.
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

// fieldName returns the part of a path that the contract defines, for a violation. The
// names below it, in inputs for instance, are a stranger's and are not quoted.
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

// offsetOf returns the offset of a line and a column. Both count from 1; columns count
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

// Position returns the line and the column of a byte, as offsetOf takes them.
func Position(raw []byte, offset int) (line, column int) {
	before := raw[:min(offset, len(raw))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

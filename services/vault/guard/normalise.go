package guard

import "bytes"

// Normaliser changes what the automaton sees of a stream. It keeps its own state
// between chunks.
type Normaliser interface {
	// Append appends to dst what is to be seen of src, the next chunk.
	Append(dst, src []byte) []byte
	// Hold says how many of the last bytes of raw, at most, the last n bytes that
	// were seen are made of.
	Hold(raw []byte, n int) int
}

// views is the whole list of ways in which a stream is looked at.
func views() []Normaliser { return []Normaliser{asIs{}, &unspaced{}} }

// asIs shows the stream as it came.
type asIs struct{}

func (asIs) Append(_, src []byte) []byte { return src }

func (asIs) Hold(raw []byte, n int) int { return min(n, len(raw)) }

// unspaced leaves out white space, also where it is escaped as in JSON: it sees
// secrets that are spaced out, split over lines, or wrapped as MIME wraps base64.
type unspaced struct {
	// escape is set after a backslash that may begin \n, \r or \t.
	escape bool
}

func (u *unspaced) Append(dst, src []byte) []byte {
	for i := 0; i < len(src); i++ {
		if !u.escape {
			// The run up to the next byte of interest is copied in one go.
			from := i
			for i < len(src) && !droppable[src[i]] {
				i++
			}
			dst = append(dst, src[from:i]...)
			if i < len(src) && src[i] == '\\' {
				u.escape = true
			}
			continue
		}
		u.escape = false
		switch b := src[i]; {
		case b == 'n' || b == 'r' || b == 't':
		case b == '\\':
			dst = append(dst, '\\')
			u.escape = true
		case droppable[b]:
			dst = append(dst, '\\')
		default:
			dst = append(dst, '\\', b)
		}
	}
	return dst
}

// Hold takes every byte that may have been left out for one that was, which holds
// back too much rather than too little. But a blank line is the end of an event: what
// came with it is let go, or a stream of events would always be one behind. Of a
// secret that is split by a blank line the first part can get out; the rest is cut.
func (u *unspaced) Hold(raw []byte, n int) int {
	if bytes.HasSuffix(raw, []byte("\n\n")) || bytes.HasSuffix(raw, []byte("\n\r\n")) {
		return 0
	}
	i := len(raw)
	for i > 0 && n > 0 {
		i--
		if b := raw[i]; !droppable[b] && b != 'n' && b != 'r' && b != 't' {
			n--
		}
	}
	return len(raw) - i
}

// droppable is white space, and the backslash that may begin its escape.
var droppable = [256]bool{' ': true, '\t': true, '\n': true, '\r': true, '\v': true, '\f': true, '\\': true}

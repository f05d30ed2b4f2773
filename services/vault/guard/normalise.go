package guard

import (
	"bytes"
	"slices"
)

// Normaliser changes what the automaton sees of a stream. It keeps its own state
// between chunks.
type Normaliser interface {
	// Append appends to dst what is to be seen of src, the next chunk. It may return
	// src itself if all of it is.
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
	for len(src) > 0 {
		if u.escape {
			u.escape = false
			if b := src[0]; b == 'n' || b == 'r' || b == 't' {
				src = src[1:]
				continue
			}
			dst = append(dst, '\\')
		}
		text := src
		if i := bytes.IndexByte(src, '\\'); i >= 0 {
			text, src, u.escape = src[:i], src[i+1:], true
		} else {
			src = nil
		}
		dst = squeeze(dst, text)
	}
	return dst
}

// squeeze appends text without its white space. Every byte is written, and stays or
// is overwritten by the next, which is faster than to decide.
func squeeze(dst, text []byte) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(text))[:n+len(text)]
	for _, b := range text {
		dst[n] = b
		n += int(solid[b])
	}
	return dst[:n]
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
		if b := raw[i]; solid[b] == 1 && b != '\\' && b != 'n' && b != 'r' && b != 't' {
			n--
		}
	}
	return len(raw) - i
}

// solid is 1 for every byte but white space.
var solid = func() (t [256]uint8) {
	for i := range t {
		if bytes.IndexByte([]byte(" \t\n\r\v\f"), byte(i)) < 0 {
			t[i] = 1
		}
	}
	return t
}()

package lane

import (
	"bytes"
	"fmt"
	"html"

	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

// unescaped returns the body without apparent escapes ("%7A", "&amp;"), forwards and reversed. The
// second view of a text removes them too. It returns nothing for a body without escapes.
func (s *source) unescaped() []lane {
	if s.Octets || !bytes.ContainsAny(s.Bytes, `\%=&<`+"\x1b") {
		return nil
	}
	var escaped []byte // a second layer takes an escape apart
	for _, b := range s.Bytes {
		escaped = fmt.Appendf(escaped, "%%%02x", b)
	}
	seen := map[string]bool{string(s.Bytes): true}
	var out []lane
	for _, as := range []string{read(s.Bytes), read(escaped), html.UnescapeString(string(s.Bytes))} {
		if seen[as] {
			continue
		}
		seen[as] = true
		t := s.like([]byte(as))
		for _, l := range []lane{s.lane(t), s.lane(t.reversed())} {
			l.plain = true
			out = append(out, l)
		}
	}
	return out
}

func read(b []byte) string {
	var u view.Unescaper
	out, _ := u.Append(nil, b)
	out, _ = u.Flush(out)
	return string(out)
}

// like returns a text that represents the body. The source of each character is approximate.
func (s *source) like(b []byte) text {
	t := text{chars: b, at: make([]int, len(b))}
	for i := range b {
		t.at[i] = i * len(s.Bytes) / len(b)
	}
	return t
}

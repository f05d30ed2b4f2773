package lane

import (
	"bytes"
	"fmt"
	"html"

	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

// unescaped is the body as it reads without what looks like escapes in it ("%7A", "&amp;"),
// forwards and backwards: a text is also looked at without its escapes, and then those of
// the secret are gone too. It returns nothing for a body without any.
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

// like is a text that stands for the body. Where exactly each character came from makes no
// difference to what a piece of it is worth.
func (s *source) like(b []byte) text {
	t := text{chars: b, at: make([]int, len(b))}
	for i := range b {
		t.at[i] = i * len(s.Bytes) / len(b)
	}
	return t
}

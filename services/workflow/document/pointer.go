package document

import (
	"strconv"
	"strings"
)

// Join appends parts to a JSON pointer, escaped as in RFC 6901.
func Join(pointer string, parts ...string) string {
	out := []byte(pointer)
	for _, part := range parts {
		out = appendToken(out, part)
	}
	return string(out)
}

// JoinIndex appends a list index to a JSON pointer.
func JoinIndex(pointer string, index int) string {
	return pointer + "/" + strconv.Itoa(index)
}

func appendToken(out []byte, token string) []byte {
	out = append(out, '/')
	for i := range len(token) {
		switch token[i] {
		case '~':
			out = append(out, "~0"...)
		case '/':
			out = append(out, "~1"...)
		default:
			out = append(out, token[i])
		}
	}
	return out
}

// Lookup returns the value at a pointer.
func (n *Node) Lookup(pointer string) (*Node, bool) {
	if pointer == "" {
		return n, n != nil
	}
	if pointer[0] != '/' {
		return nil, false
	}
	for part := range strings.SplitSeq(pointer[1:], "/") {
		if n = n.child(strings.NewReplacer("~1", "/", "~0", "~").Replace(part)); n == nil {
			return nil, false
		}
	}
	return n, true
}

func (n *Node) child(part string) *Node {
	if n.Kind == Object {
		return n.Get(part)
	}
	i, err := strconv.Atoi(part)
	if n.Kind != Array || err != nil || i < 0 || i >= len(n.Items) || strconv.Itoa(i) != part {
		return nil
	}
	return n.Items[i]
}

package workflow

import (
	"bytes"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// wrappers are the keys under which other programs, and Keyhole's own replies, put a
// definition, in the order in which they are looked for.
var wrappers = []string{"specification", "config", "workflow", "definition"}

// maxWrapped bounds how many wrappers lie around a definition.
const maxWrapped = 8

var byteOrderMark = []byte("\xef\xbb\xbf")

// Unwrap finds the definition in what people have: in {"specification": ...}, in the
// export of Roboflow's platform, whose "config" is a text, in a text, in a list of one,
// and behind a byte order mark. It returns the bytes of the definition alone, which
// are not changed. What it cannot unwrap is a problem, with the line and the column of
// a fault in the syntax.
func Unwrap(raw []byte) ([]byte, Problems) {
	where := "the definition"
	for range maxWrapped {
		raw = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(raw), byteOrderMark))
		root, faults := document.Parse(raw, document.Limits{Bytes: MaxBytes, Depth: maxDepth, Text: MaxBytes, Values: maxValues})
		if len(faults) > 0 {
			return nil, unreadable(where, faults)
		}
		n, name, problem := inner(root)
		switch {
		case problem != "":
			return nil, Problems{{Kind: KindSyntax, Message: where + " " + problem}}
		case n == root && n.Kind != document.String:
			return raw[n.Start:n.End], nil
		case n.Kind == document.String:
			raw = []byte(n.Text)
		default:
			raw = raw[n.Start:n.End]
		}
		where = name
	}
	return nil, Problems{{Kind: KindLimit, Message: fmt.Sprintf("the definition is wrapped more than %d times; send what is inside", maxWrapped)}}
}

// inner is what a wrapper holds, and how it is called; the value itself where it is no
// wrapper.
func inner(root *document.Node) (n *document.Node, name, problem string) {
	switch root.Kind {
	case document.String:
		return root, "the text that is sent as definition", ""
	case document.Array:
		if len(root.Items) != 1 {
			return nil, "", fmt.Sprintf("is a list of %d elements; send one object", len(root.Items))
		}
		return held(root.Items[0], "the element of the list")
	case document.Object:
		if root.Get("inputs") == nil && root.Get("steps") == nil && root.Get("outputs") == nil {
			for _, key := range wrappers {
				if n := root.Get(key); n != nil {
					return held(n, fmt.Sprintf("what %q holds", key))
				}
			}
		}
	default:
		return nil, "", "is a " + root.Kind.String() + "; send an object with version, inputs, steps and outputs"
	}
	return root, "", ""
}

func held(n *document.Node, name string) (*document.Node, string, string) {
	switch n.Kind {
	case document.Object, document.Array, document.String:
		return n, name, ""
	}
	return nil, "", fmt.Sprintf("is wrapped, but %s is a %s, not a definition", name, n.Kind)
}

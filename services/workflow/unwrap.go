package workflow

import (
	"bytes"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// wrappers are the keys under which other programs, and Keyhole's own replies, wrap a
// definition, in order of preference.
var wrappers = []string{"specification", "config", "workflow", "definition"}

// maxWrapped bounds the wrappers around a definition.
const maxWrapped = 8

var byteOrderMark = []byte("\xef\xbb\xbf")

// Unwrap finds the definition in common wrappings: {"specification": ...}, the export of
// Roboflow's platform, whose "config" is a string, a JSON string, a list of one, and a byte
// order mark. It returns the unchanged bytes of the definition. A document that it cannot
// unwrap is a problem; a syntax error has line and column.
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

// inner returns the content of a wrapper and its name, or the value itself if it is not a
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

package document

import (
	"github.com/keyhole-dev/keyhole/services/workflow/number"
)

// Kind is the JSON type of a value.
type Kind uint8

// The JSON types.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// String names the kind for messages.
func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "list", "object"}[k]
}

// Node is one JSON value with its position in the source.
type Node struct {
	Kind Kind
	// Start and End delimit the value in the source, quotes and brackets included.
	Start, End int
	// Text is a string's decoded content or a number's literal.
	Text string
	// True is the value of a boolean.
	True bool
	// Items are the elements of a list.
	Items []*Node
	// Members are the members of an object, in source order, keys unique.
	Members []Member
}

// Member is one key of an object.
type Member struct {
	Key   string
	Value *Node
}

// Get returns the member of that name, or nil if there is none or n is not an object.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for i := range n.Members {
		if n.Members[i].Key == key {
			return n.Members[i].Value
		}
	}
	return nil
}

// Value decodes the node to nil, bool, string, []any, map[string]any, or a number of
// package number.
func (n *Node) Value() any {
	switch n.Kind {
	case Bool:
		return n.True
	case Number:
		return n.number()
	case String:
		return n.Text
	case Array:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = item.Value()
		}
		return list
	case Object:
		object := make(map[string]any, len(n.Members))
		for _, m := range n.Members {
			object[m.Key] = m.Value.Value()
		}
		return object
	default:
		return nil
	}
}

func (n *Node) number() any {
	v, _ := number.Parse(n.Text) // cannot fail: the parser has validated the number
	return v
}

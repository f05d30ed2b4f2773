package document

import (
	"fmt"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
)

// Limits bound the work for a hostile document.
type Limits struct {
	// Bytes of the whole document.
	Bytes int
	// Depth of nested lists and objects.
	Depth int
	// Text is the length in bytes of a decoded string or key.
	Text int
	// Values counts every value in the document.
	Values int
}

// maxFaults bounds the reported duplicate keys.
const maxFaults = 20

// Parse parses one JSON document. It reports all duplicate keys. Any other fault ends the
// parsing, because the meaning of the rest is uncertain. The node is nil if there are
// faults.
func Parse(source []byte, limits Limits) (*Node, []Fault) {
	if len(source) > limits.Bytes {
		return nil, []Fault{{Limit: true, Line: 1, Column: 1, Message: fmt.Sprintf("the document has %d bytes; at most %d are read", len(source), limits.Bytes)}}
	}
	p := &parser{source: source, limits: limits}
	root, ok := p.value(0)
	if ok {
		p.space()
		if p.at < len(source) {
			p.fail("there is text after the end of the document")
		}
	}
	if len(p.faults) > 0 {
		for i := range p.faults {
			p.faults[i].Line, p.faults[i].Column = position(source, p.faults[i].Offset)
		}
		return nil, p.faults
	}
	return root, nil
}

type parser struct {
	source []byte
	at     int
	values int
	limits Limits
	path   []step
	faults []Fault
}

// step is one part of the path to the current value.
type step struct {
	key   string
	index int // -1 for keys
}

func (p *parser) space() {
	for p.at < len(p.source) {
		switch p.source[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) value(depth int) (*Node, bool) {
	p.space()
	if p.values++; p.values > p.limits.Values {
		return nil, p.exceed("the document has more than %d values", p.limits.Values)
	}
	if p.at >= len(p.source) {
		return nil, p.fail("the document ends where a value is expected")
	}
	node := &Node{Start: p.at}
	ok := p.read(node, depth)
	node.End = p.at
	return node, ok
}

func (p *parser) read(n *Node, depth int) bool {
	switch c := p.source[p.at]; {
	case c == '{' || c == '[':
		if depth >= p.limits.Depth {
			return p.exceed("lists and objects are nested more than %d deep", p.limits.Depth)
		}
		if c == '{' {
			return p.object(n, depth+1)
		}
		return p.array(n, depth+1)
	case c == '"':
		n.Kind = String
		var ok bool
		n.Text, ok = p.text()
		return ok
	case c == '-' || isDigit(c):
		return p.number(n)
	default:
		return p.word(n)
	}
}

func (p *parser) word(n *Node) bool {
	for word, node := range map[string]Node{"null": {Kind: Null}, "true": {Kind: Bool, True: true}, "false": {Kind: Bool}} {
		if rest := p.source[p.at:]; len(rest) >= len(word) && string(rest[:len(word)]) == word {
			n.Kind, n.True = node.Kind, node.True
			p.at += len(word)
			return true
		}
	}
	return p.fail("a value cannot start with %q", rune(p.source[p.at]))
}

func (p *parser) array(n *Node, depth int) bool {
	n.Kind = Array
	p.at++
	if p.space(); p.eat(']') {
		return true
	}
	for {
		p.path = append(p.path, step{index: len(n.Items)})
		item, ok := p.value(depth)
		if !ok {
			return false
		}
		p.path = p.path[:len(p.path)-1]
		n.Items = append(n.Items, item)
		if done, ok := p.next(']'); done || !ok {
			return ok
		}
	}
}

func (p *parser) object(n *Node, depth int) bool {
	n.Kind = Object
	p.at++
	if p.space(); p.eat('}') {
		return true
	}
	seen := map[string]bool{}
	for {
		key, ok := p.key()
		if !ok {
			return false
		}
		p.path = append(p.path, step{key: key, index: -1})
		if seen[key] && len(p.faults) < maxFaults {
			p.fail("the key appears twice; remove one of them")
		}
		seen[key] = true
		value, ok := p.value(depth)
		if !ok {
			return false
		}
		p.path = p.path[:len(p.path)-1]
		n.Members = append(n.Members, Member{Key: key, Value: value})
		if done, ok := p.next('}'); done || !ok {
			return ok
		}
	}
}

func (p *parser) key() (string, bool) {
	p.space()
	if p.at >= len(p.source) || p.source[p.at] != '"' {
		return "", p.fail("a key in double quotes is expected")
	}
	key, ok := p.text()
	if !ok {
		return "", false
	}
	if p.space(); !p.eat(':') {
		return "", p.fail("a colon is expected after the key")
	}
	return key, true
}

// next reads the end of the container, or a comma.
func (p *parser) next(end byte) (done, ok bool) {
	p.space()
	if p.eat(end) {
		return true, true
	}
	if p.eat(',') {
		return false, true
	}
	return false, p.fail("a comma or %q is expected", rune(end))
}

func (p *parser) eat(c byte) bool {
	if p.at < len(p.source) && p.source[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) digits() bool {
	start := p.at
	for p.at < len(p.source) && isDigit(p.source[p.at]) {
		p.at++
	}
	return p.at > start
}

func (p *parser) number(n *Node) bool {
	start := p.at
	p.eat('-')
	if !p.eat('0') && !p.digits() {
		return p.fail("a number needs a digit after its sign")
	}
	if p.eat('.') && !p.digits() {
		return p.fail("a number needs a digit after its point")
	}
	if p.eat('e') || p.eat('E') {
		if !p.eat('+') {
			p.eat('-')
		}
		if !p.digits() {
			return p.fail("a number needs a digit in its exponent")
		}
	}
	n.Kind, n.Text = Number, string(p.source[start:p.at])
	if _, ok := number.Parse(n.Text); !ok {
		return p.fail("the number is too large")
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

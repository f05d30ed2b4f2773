package container

import "hash/maphash"

const (
	// flushAt is the size at which collected text is passed on, in bytes. Until then the index of
	// a choice may follow its text.
	flushAt = 64 << 10
	// maxNested bounds the depth to which paths are distinguished.
	maxNested = 64
	// maxObjects and maxPieces bound the collected data.
	maxObjects = 4096
	maxPieces  = 4096
	// flushStrings replaces flushAt for strings in text that is not JSON, because an open string
	// there may never close.
	flushStrings = 2 << 10
)

var seed = maphash.MakeSeed()

// jsonWalker finds the strings of JSON, of one value or of several in a row. It reads only quotes
// and brackets.
type jsonWalker struct {
	text Text
	wire *wire
	// stack has the indices of open objects and arrays in nodes.
	stack []int
	nodes []node
	// arena has the collected text, first the offset of its beginning.
	arena    []byte
	pieces   []piece
	outside  []byte
	first    int64
	offset   int64
	inString bool
	// strings means that only strings are passed on.
	strings bool
	// isName means that the string is a field name, and name has it.
	isName  bool
	name    []byte
	number  []byte
	escape  []byte
	high    rune
	started int // of the string in the arena
	// cutBefore means that a part of the string was already passed on.
	cutBefore bool
	// deep has the brackets beyond maxNested, and for each whether it is in an object. Their
	// fields are distinguished by their last name only.
	deep []bool
}

// node is an object or array.
type node struct {
	parent int
	object bool
	// key is the hash of the name under which the parent holds the node; name and value belong to
	// the current member.
	key, name uint64
	expect    bool // a name comes next
	isIndex   bool
	// index identifies the choice.
	index uint64
}

// piece is a string, or a part of one, in the arena.
type piece struct {
	node     int
	name     uint64
	from, to int
	offset   int64
	// whole and last have the meaning of Part's fields.
	whole, last bool
}

// feed reads more of the JSON.
func (j *jsonWalker) feed(b []byte, offset int64) {
	for len(b) > 0 {
		j.offset = offset
		var n int
		if j.inString {
			n = j.string(b)
			j.wire.inner(b[:n], offset)
			if !j.inString {
				j.wire.endString(offset)
			}
		} else {
			n = j.structure(b)
			j.wire.add(b[:n], offset)
		}
		b, offset = b[n:], offset+int64(n)
		if len(j.arena)+len(j.outside) >= j.most() || len(j.pieces) >= maxPieces {
			j.flush()
		}
	}
}

// most is the limit of collected text, in bytes.
func (j *jsonWalker) most() int {
	if j.strings {
		return flushStrings
	}
	return flushAt
}

// begin records where the collected text begins.
func (j *jsonWalker) begin() {
	if len(j.arena)+len(j.outside) == 0 {
		j.first = j.offset
	}
}

// structure reads the text outside of strings, and returns the number of bytes.
func (j *jsonWalker) structure(b []byte) int {
	j.begin()
	for i, c := range b {
		switch c {
		case '"':
			j.note(b[:i])
			j.open()
			return i + 1
		case '\n':
			if j.strings && len(j.arena) > 0 {
				j.flush()
				return i + 1
			}
		case '{', '[':
			j.push(c == '{')
		case '}', ']':
			j.endNumber()
			j.pop()
			if j.complete() {
				j.note(b[:i+1])
				j.flush()
				return i + 1
			}
		case ',':
			j.endNumber()
			if n := j.top(); n != nil {
				n.expect = n.object
			}
		case ':':
			if n := j.top(); n != nil {
				n.expect = false
			}
		default:
			if n := j.top(); n != nil && n.isIndex && c > ' ' && len(j.number) < 20 {
				j.number = append(j.number, c)
			}
		}
	}
	j.note(b)
	if len(j.stack) == 0 {
		j.flush() // between two values nothing waits
	}
	return len(b)
}

// note collects text outside of strings.
func (j *jsonWalker) note(b []byte) {
	if !j.strings {
		j.outside = append(j.outside, b...)
	}
}

// complete reports the end of a value after which nothing waits: an outermost value, or an element
// of an outermost array, which some providers stream.
func (j *jsonWalker) complete() bool {
	n := len(j.stack)
	return n == 0 || n == 1 && len(j.deep) == 0 && !j.top().object && len(j.arena) > 0
}

func (j *jsonWalker) top() *node {
	if len(j.stack) == 0 {
		return nil
	}
	return &j.nodes[j.stack[len(j.stack)-1]]
}

func (j *jsonWalker) push(object bool) {
	if len(j.stack) >= maxNested {
		t := j.top()
		if len(j.deep) < flushAt {
			j.deep = append(j.deep, t.object)
		}
		t.object, t.expect, t.isIndex = object, object, false
		return
	}
	n := node{parent: -1, object: object, expect: object}
	if t := j.top(); t != nil {
		n.parent, n.key = j.stack[len(j.stack)-1], t.name
		t.isIndex = false
	}
	if len(j.nodes) >= maxObjects {
		j.flush()
		if t := len(j.stack); t > 0 {
			n.parent = j.stack[t-1]
		}
	}
	j.nodes = append(j.nodes, n)
	j.stack = append(j.stack, len(j.nodes)-1)
}

func (j *jsonWalker) pop() {
	switch {
	case len(j.deep) > 0:
		t := j.top()
		t.object, t.expect, j.deep = j.deep[len(j.deep)-1], false, j.deep[:len(j.deep)-1]
	case len(j.stack) > 0:
		j.stack = j.stack[:len(j.stack)-1]
	}
}

// endNumber takes a number that is the index of its object.
func (j *jsonWalker) endNumber() {
	if n := j.top(); n != nil && n.isIndex {
		if len(j.number) > 0 {
			n.index = maphash.Bytes(seed, j.number) | 1
		}
		n.isIndex = false
	}
	j.number = j.number[:0]
}

// cut ends a piece. last means that its string ends too.
func (j *jsonWalker) cut(last bool) {
	p := piece{node: -1, from: j.started, to: len(j.arena), offset: j.first, whole: last && !j.cutBefore, last: last}
	j.cutBefore = !last
	if n := j.top(); n != nil {
		if p.node, p.name = j.stack[len(j.stack)-1], n.name; j.isName {
			p.name = placeNames // all names of a path are one text
		}
	}
	j.pieces = append(j.pieces, p)
	j.started = len(j.arena)
}

// held is the offset of the collected text.
func (j *jsonWalker) held() (int64, bool) {
	return j.first, len(j.arena)+len(j.outside) > 0 || j.inString
}

// reset forgets open objects before the next value.
func (j *jsonWalker) reset() {
	if j.inString {
		j.inString = false
		j.cut(true)
		j.wire.endString(j.offset)
	}
	j.stack, j.deep = j.stack[:0], j.deep[:0]
	j.flush()
}

// flush passes the collected texts on, each under its path, without and with the indices in it.
func (j *jsonWalker) flush() {
	if j.inString && len(j.arena) > j.started {
		j.cut(false)
	}
	last, path, choice := -2, uint64(0), uint64(0)
	for _, p := range j.pieces {
		if p.from == p.to && !p.last {
			continue
		}
		if p.node != last {
			last, path, choice = p.node, j.path(p.node, 0), j.path(p.node, 1)
		}
		j.text(Part{mix(path, p.name), mix(choice, p.name), j.arena[p.from:p.to], p.offset, p.whole, p.last, p.name == placeNames})
	}
	if len(j.outside) > 0 {
		j.text(plainPart(PlaceOutside, j.outside, j.first))
	}
	j.arena, j.outside, j.pieces, j.started = j.arena[:0], j.outside[:0], j.pieces[:0], 0
	j.compact()
}

// path is the hash of the names that lead to a node, optionally with the indices.
func (j *jsonWalker) path(n int, with uint64) uint64 {
	h := uint64(0)
	for ; n >= 0; n = j.nodes[n].parent {
		h = mix(mix(h, j.nodes[n].key), j.nodes[n].index*with)
	}
	return h
}

func mix(h, v uint64) uint64 {
	h = (h ^ v) * 0x9E3779B97F4A7C15
	return h ^ h>>31
}

// compact keeps the open nodes only.
func (j *jsonWalker) compact() {
	for i, n := range j.stack {
		j.nodes[i] = j.nodes[n]
		j.nodes[i].parent = i - 1
		j.stack[i] = i
	}
	j.nodes = j.nodes[:len(j.stack)]
}

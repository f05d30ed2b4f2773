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
	// isName means that the string is a field name. name has the parts of it that were passed on.
	isName  bool
	name    []byte
	number  []byte
	escape  []byte
	high    rune
	started int // of the string in the arena
	// cutBefore means that a part of the string was already passed on.
	cutBefore bool
	known     known
	// deep has the brackets beyond maxNested, and for each whether it is in an object. Their
	// fields are distinguished by their last name only.
	deep []bool
}

// node is an object or array.
type node struct {
	parent int
	object bool
	// path is the hash of the names that lead to the node. name belongs to the current member.
	path, name uint64
	expect     bool // a name comes next
	isIndex    bool
	// index identifies the choice.
	index uint64
}

// piece is a string, or a part of one, in the arena.
type piece struct {
	node     int
	place    uint64
	from, to int
	offset   int64
	// name and last have the meaning of Part's fields.
	name, last bool
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
	n := node{parent: -1, object: object, expect: object, path: mix(0, 0)}
	if t := j.top(); t != nil {
		n.parent, n.path = j.stack[len(j.stack)-1], mix(t.path, t.name)
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
	p := piece{node: -1, place: j.place(), from: j.started, to: len(j.arena), offset: j.first, name: j.isName, last: last}
	if !last && j.isName {
		j.keepName()
	}
	j.cutBefore = !last
	if len(j.stack) > 0 {
		p.node = j.stack[len(j.stack)-1]
	}
	j.pieces = append(j.pieces, p)
	j.started = len(j.arena)
}

// place is the place of the current string. All names of a path are one text.
func (j *jsonWalker) place() uint64 {
	switch n := j.top(); {
	case n == nil:
		return mix(0, 0)
	case j.isName:
		return mix(n.path, placeNames)
	default:
		return mix(n.path, n.name)
	}
}

// flush passes the collected texts on, each under its path, without and with the indices in it.
func (j *jsonWalker) flush() {
	if j.inString && len(j.arena) > j.started {
		j.cut(false)
	}
	for _, p := range j.pieces {
		if p.from == p.to && !p.last {
			continue
		}
		j.text(Part{p.place, j.choice(p), j.arena[p.from:p.to], p.offset, p.last, p.name})
	}
	if len(j.outside) > 0 {
		j.text(plainPart(PlaceOutside, j.outside, j.first))
	}
	j.arena, j.outside, j.pieces, j.started = j.arena[:0], j.outside[:0], j.pieces[:0], 0
	j.compact()
}

// choice is the place of a piece together with the indices on its path.
func (j *jsonWalker) choice(p piece) uint64 {
	h, depth := p.place, uint64(0)
	for n := p.node; n >= 0; n = j.nodes[n].parent {
		if index := j.nodes[n].index; index != 0 {
			h = mix(h, index+depth)
		}
		depth++
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

// keepName keeps the part of a field name that is about to be passed on, and returns all of it.
func (j *jsonWalker) keepName() []byte {
	part := j.arena[j.started:]
	j.name = append(j.name, part[:min(len(part), flushAt-len(j.name))]...)
	return j.name
}

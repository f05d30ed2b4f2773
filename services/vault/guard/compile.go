package guard

import (
	"encoding/binary"
	"errors"
	"slices"
)

// maxNodes bounds what is compiled, and maxStates what comes of it: about 20 MB of
// table, and some seconds at the very worst. A single key of 100 characters takes some
// thousands of each.
const (
	maxNodes  = 1 << 15
	maxStates = 1 << 16
)

var errTooLarge = errors.New("the secrets are too long to be guarded together")

// hit is the node, and later the state, that a complete match leads to.
const hit = 1

// nfa is the patterns as a graph. Node 0 is the root, from which a match may start
// at every byte; node 1 is hit.
type nfa struct {
	edges [][]edge
	// depth is the most bytes that lead from the root to the node.
	depth []int
}

type edge struct {
	b  byte
	to int32
}

func newNFA() *nfa { return &nfa{edges: make([][]edge, 2), depth: make([]int, 2)} }

// node adds a node, or finds the one that an earlier form of the same unit made.
func (n *nfa) node(from int32, b byte, in map[edgeFrom]int32, base int) int32 {
	key := edgeFrom{from, b}
	if to, ok := in[key]; ok {
		return to
	}
	to := int32(len(n.edges))
	n.edges = append(n.edges, nil)
	n.depth = append(n.depth, base)
	n.edges[from] = append(n.edges[from], edge{b, to})
	in[key] = to
	return to
}

type edgeFrom struct {
	from int32
	b    byte
}

// add links the units of a pattern in a chain: one node between two units, and a
// small tree of forms from each node to the next.
func (n *nfa) add(p Pattern) {
	at := int32(0)
	depth := 0
	for i, unit := range p {
		next := int32(hit)
		if i < len(p)-1 {
			next = int32(len(n.edges))
			n.edges = append(n.edges, nil)
			n.depth = append(n.depth, 0)
		}
		tree := map[edgeFrom]int32{}
		longest := 0
		for _, form := range unit {
			from := at
			for j := range len(form) - 1 {
				from = n.node(from, form[j], tree, depth+j+1)
			}
			last := edge{form[len(form)-1], next}
			if !slices.Contains(n.edges[from], last) {
				n.edges[from] = append(n.edges[from], last)
			}
			longest = max(longest, len(form))
		}
		at, depth = next, depth+longest
		if next != hit {
			n.depth[next] = depth
		}
	}
}

// compiler makes the automaton by subset construction: a state is the set of nodes
// in which a match may be.
type compiler struct {
	*nfa
	a     *automaton
	bytes []byte // the byte of each class but 0
	// starts and targets are, by byte, where the root leads to and, while a row is
	// made, where its nodes do.
	starts, targets [256][]int32
	states          map[string]uint32
	sets            [][]int32
	key             []byte
}

func compile(n *nfa) (*automaton, error) {
	c := &compiler{nfa: n, a: &automaton{}, states: map[string]uint32{}}
	c.classify()
	for _, e := range c.edges[0] {
		c.starts[e.b] = append(c.starts[e.b], e.to)
	}
	c.a.table = make([]uint32, 0, (len(n.edges)+len(n.edges)/4)*int(c.a.stride))
	c.state(nil)          // the root
	c.state([]int32{hit}) // before anything can lead to it
	for s := 0; s < len(c.sets); s++ {
		if len(c.sets) > maxStates {
			return nil, errTooLarge
		}
		c.row(s)
	}
	c.triples()
	return c.a, nil
}

// classify gives every byte that occurs in a pattern a class, and all others
// class 0.
func (c *compiler) classify() {
	for _, out := range c.edges {
		for _, e := range out {
			if c.a.class[e.b] == 0 {
				c.bytes = append(c.bytes, e.b)
				c.a.class[e.b] = uint16(len(c.bytes))
			}
		}
	}
	c.a.stride = uint32(len(c.bytes) + 1)
}

// state numbers a set of nodes. What numbers a state by here is already the offset
// of its row.
func (c *compiler) state(set []int32) uint32 {
	if slices.Contains(set, hit) {
		set = []int32{hit}
	}
	key := c.key[:0]
	depth := 0
	for _, n := range set {
		key = binary.LittleEndian.AppendUint32(key, uint32(n))
		depth = max(depth, c.depth[n])
	}
	c.key = key
	if s, ok := c.states[string(key)]; ok {
		return s
	}
	s := uint32(len(c.sets)) * c.a.stride
	c.states[string(key)] = s
	c.sets = append(c.sets, slices.Clone(set))
	c.a.depth = append(c.a.depth, uint32(depth))
	return s
}

// row fills in where state s leads. Only the bytes that its own nodes wait for
// need a look: on every other it goes where the root goes.
func (c *compiler) row(s int) {
	c.a.table = append(c.a.table, make([]uint32, c.a.stride)...)
	row := c.a.table[len(c.a.table)-int(c.a.stride):]
	switch s {
	case 0:
	case hit:
		for i := range row {
			row[i] = c.a.hitState()
		}
		return
	default:
		copy(row, c.a.table)
	}
	nodes := c.sets[s]
	if s == 0 {
		nodes = []int32{0}
	}
	var wanted []byte
	for _, n := range nodes {
		for _, e := range c.edges[n] {
			if len(c.targets[e.b]) == 0 {
				wanted = append(wanted, e.b)
			}
			c.targets[e.b] = append(c.targets[e.b], e.to)
		}
	}
	for _, b := range wanted {
		set := c.targets[b]
		if s > 0 {
			set = append(set, c.starts[b]...)
		}
		slices.Sort(set)
		row[c.a.class[b]] = c.state(slices.Compact(set))
		c.targets[b] = set[:0]
	}
}

// triples marks every three bytes that a match can have at its beginning and up to
// ahead bytes later. No pattern is as short as that.
func (c *compiler) triples() {
	c.a.near = make([]uint64, 1<<nearBits/64)
	level := []int32{0}
	for range ahead + 1 {
		var next []int32
		for _, n := range level {
			for _, first := range c.edges[n] {
				next = append(next, first.to)
				for _, second := range c.edges[first.to] {
					for _, third := range c.edges[second.to] {
						t := triple([]byte{first.b, second.b, third.b})
						c.a.near[t/64] |= 1 << (t % 64)
					}
				}
			}
		}
		slices.Sort(next)
		level = slices.Compact(next)
	}
}

package guard

import (
	"errors"
	"math/rand/v2"
	"slices"
)

// maxNodes bounds what is compiled, and maxStates what comes of it: about 20 MB of
// table. A single key of 100 characters takes some thousands of each.
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
			n.link(from, edge{form[len(form)-1], next})
			longest = max(longest, len(form))
		}
		at, depth = next, depth+longest
		if next != hit {
			n.depth[next] = depth
		}
	}
}

// link adds an edge, unless an earlier form of the same unit has: those are the last
// ones, for they lead to nodes that this unit made.
func (n *nfa) link(from int32, e edge) {
	out := n.edges[from]
	for i := len(out) - 1; i >= 0 && out[i].to >= e.to; i-- {
		if out[i] == e {
			return
		}
	}
	n.edges[from] = append(out, e)
}

// compiler makes the automaton by subset construction: a state is the set of nodes
// in which a match may be. Since a match may begin at every byte, a state that byte b
// leads to holds all that b leads to from the root, starts[b]. So a state is kept as
// b and the few nodes beside those, and its row as what differs from the row of
// starts[b] alone.
type compiler struct {
	*nfa
	a     *automaton
	bytes []byte // the byte of each class but 0
	// first is, by class, what a byte leads to from the root, and fromRoot by node
	// whether one does.
	first    []start
	fromRoot []bool
	// marks are random, and a set is known by the sum of its nodes' marks: at 128 bits
	// no two sets have the same.
	marks  []sum128
	states map[sum128]uint32
	sets   []set
	// nodes holds the sets, one after the other.
	nodes []int32
	// seen is the round in which a node was last met, of which there is one for each
	// set that is put together.
	seen  []uint32
	round uint32
	// targets are, by byte, where the nodes of a row lead to while it is made.
	targets [256][]int32
}

// start is what a byte leads to from the root.
type start struct {
	nodes []int32
	set   map[int32]bool
	state uint32
	sum   sum128
	depth int
	hit   bool
	// next is where its nodes lead to, by byte.
	next [256][]int32
}

// set is a state's: starts[class], and nodes[from:to] beside them.
type set struct {
	class    uint16
	from, to int
}

type sum128 [2]uint64

func (m *sum128) add(o sum128) { m[0] += o[0]; m[1] += o[1] }

func compile(n *nfa) (*automaton, error) {
	c := &compiler{nfa: n, a: &automaton{}, states: make(map[sum128]uint32, len(n.edges))}
	c.classify()
	c.prepare()
	c.a.table = make([]uint32, 0, 2*len(n.edges)*int(c.a.stride))
	c.root()
	for s := hit + 1; s < len(c.sets); s++ {
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

// prepare works out what holds for all states.
func (c *compiler) prepare() {
	c.marks = make([]sum128, len(c.edges))
	for i := range c.marks {
		c.marks[i] = sum128{rand.Uint64(), rand.Uint64()} //nolint:gosec // no secret; and seeded by the system
	}
	c.seen = make([]uint32, len(c.edges))
	c.first, c.fromRoot = make([]start, c.a.stride), make([]bool, len(c.edges))
	for _, e := range c.edges[0] {
		f := &c.first[c.a.class[e.b]]
		if f.set[e.to] {
			continue
		}
		if f.set == nil {
			f.set = map[int32]bool{}
		}
		f.set[e.to], c.fromRoot[e.to] = true, true
		f.nodes = append(f.nodes, e.to)
		f.sum.add(c.marks[e.to])
		f.depth, f.hit = max(f.depth, c.depth[e.to]), f.hit || e.to == hit
		for _, next := range c.edges[e.to] {
			f.next[next.b] = append(f.next[next.b], next.to)
		}
	}
}

// root makes the states that do not come of another one's row: the root, the end,
// and those of the first byte of a match.
func (c *compiler) root() {
	c.sets, c.a.depth = make([]set, 2), make([]uint32, 2)
	c.a.table = append(c.a.table, make([]uint32, 2*c.a.stride)...)
	for i := range c.a.stride {
		c.a.table[hit*c.a.stride+i] = c.a.hitState()
	}
	for _, b := range c.bytes {
		class := c.a.class[b]
		if f := &c.first[class]; len(f.nodes) > 0 {
			f.state = c.state(class, nil)
		}
		c.a.table[class] = c.first[class].state
	}
}

// state numbers the state that a byte of a class leads to, if it also leads from
// where a match was under way to the nodes. What numbers a state is already the
// offset of its row.
func (c *compiler) state(class uint16, nodes []int32) uint32 {
	f := &c.first[class]
	c.round++
	sum, depth, from, end := f.sum, f.depth, len(c.nodes), f.hit
	for _, n := range nodes {
		if c.seen[n] == c.round || c.fromRoot[n] && f.set[n] {
			continue
		}
		c.seen[n] = c.round
		sum.add(c.marks[n])
		depth, end = max(depth, c.depth[n]), end || n == hit
		c.nodes = append(c.nodes, n)
	}
	s, known := c.states[sum]
	if end {
		s, known = c.a.hitState(), true
	} else if from == len(c.nodes) && len(f.nodes) == 0 {
		s, known = 0, true
	}
	if known {
		c.nodes = c.nodes[:from]
		return s
	}
	s = uint32(len(c.sets)) * c.a.stride
	c.states[sum] = s
	c.sets = append(c.sets, set{class, from, len(c.nodes)})
	c.a.depth = append(c.a.depth, uint32(depth))
	return s
}

// row fills in where state s leads: where its starts lead, and another way on the
// bytes that its own nodes wait for.
func (c *compiler) row(s int) {
	at := c.sets[s]
	f := &c.first[at.class]
	own := c.nodes[at.from:at.to]
	base := c.a.table[f.state : f.state+c.a.stride] // the root's, where nothing starts
	if len(own) == 0 {
		base, own = c.a.table[:c.a.stride], f.nodes
	}
	c.a.table = append(c.a.table, base...)
	row := c.a.table[len(c.a.table)-int(c.a.stride):]
	var wanted []byte
	for _, n := range own {
		for _, e := range c.edges[n] {
			if len(c.targets[e.b]) == 0 {
				wanted = append(wanted, e.b)
			}
			c.targets[e.b] = append(c.targets[e.b], e.to)
		}
	}
	for _, b := range wanted {
		nodes := c.targets[b]
		if at.from < at.to {
			nodes = append(nodes, f.next[b]...)
		}
		row[c.a.class[b]] = c.state(c.a.class[b], nodes)
		c.targets[b] = nodes[:0]
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

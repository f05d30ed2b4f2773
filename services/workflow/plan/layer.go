package plan

import (
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
)

// layers sorts the steps by longest distance from the start. If there are cycles, it
// reports them and returns false.
func (c *compiler) layers() bool {
	waiting := make([]int, len(c.plan.Steps))
	var ready []int
	for i := range c.plan.Steps {
		s := &c.plan.Steps[i]
		s.Predecessors, s.Successors = distinct(s.Predecessors), distinct(s.Successors)
		if waiting[i] = len(s.Predecessors); waiting[i] == 0 {
			ready = append(ready, i)
		}
	}
	ordered := 0
	for len(ready) > 0 {
		slices.Sort(ready)
		layer := ready
		ready = nil
		for _, i := range layer {
			c.plan.Steps[i].Layer = len(c.plan.Layers)
			for _, next := range c.plan.Steps[i].Successors {
				if waiting[next]--; waiting[next] == 0 {
					ready = append(ready, next)
				}
			}
		}
		c.plan.Layers = append(c.plan.Layers, layer)
		ordered += len(layer)
	}
	if ordered == len(c.plan.Steps) {
		return true
	}
	c.cycles()
	return false
}

func distinct(list []int) []int {
	slices.Sort(list)
	return slices.Compact(list)
}

// cycles reports each group of steps that depend on each other.
func (c *compiler) cycles() {
	t := &tarjan{steps: c.plan.Steps, index: make([]int, len(c.plan.Steps)), low: make([]int, len(c.plan.Steps)), on: make([]bool, len(c.plan.Steps))}
	for i := range c.plan.Steps {
		if t.index[i] == 0 {
			t.visit(i)
		}
	}
	for _, group := range t.groups {
		slices.Sort(group)
		names := make([]string, 0, len(group))
		for _, i := range group[:min(len(group), 10)] {
			names = append(names, c.plan.Steps[i].Name)
		}
		if len(group) > 10 {
			names = append(names, "…")
		}
		first := c.plan.Steps[group[0]]
		c.blame(group[0], workflow.KindCycle, "", first.Source.Pointer, "these steps wait for each other: %s; remove one of the references between them", strings.Join(names, ", "))
	}
}

// tarjan finds strongly connected components (Tarjan, 1972). Its recursion is as deep as
// the longest chain, which the limit on steps bounds.
type tarjan struct {
	steps      []Step
	index, low []int
	on         []bool
	stack      []int
	next       int
	groups     [][]int
}

func (t *tarjan) visit(v int) {
	t.next++
	t.index[v], t.low[v] = t.next, t.next
	t.stack, t.on[v] = append(t.stack, v), true
	for _, w := range t.steps[v].Successors {
		if t.index[w] == 0 {
			t.visit(w)
			t.low[v] = min(t.low[v], t.low[w])
		} else if t.on[w] {
			t.low[v] = min(t.low[v], t.index[w])
		}
	}
	if t.low[v] != t.index[v] {
		return
	}
	start := slices.Index(t.stack, v)
	group := slices.Clone(t.stack[start:])
	t.stack = t.stack[:start]
	for _, w := range group {
		t.on[w] = false
	}
	if len(group) > 1 || slices.Contains(t.steps[v].Successors, v) {
		t.groups = append(t.groups, group)
	}
}

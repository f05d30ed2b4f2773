package engine

import (
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// level is one lineage of a workflow. Levels form a tree: the crops of a picture are one
// level below the pictures. Level 0 is the root. Its single element is the run, and scalars
// are on it.
type level struct {
	lineage plan.Lineage
	parent  int
}

// level returns the level of a lineage. It adds the level and those above it if they are
// new.
func (w *Workflow) level(lineage plan.Lineage) int {
	if len(lineage) == 0 {
		return 0
	}
	for i := range w.levels {
		if slices.Equal(w.levels[i].lineage, lineage) {
			return i
		}
	}
	parent := w.level(lineage[:len(lineage)-1])
	w.levels = append(w.levels, level{lineage: slices.Clone(lineage), parent: parent})
	return len(w.levels) - 1
}

// isUnder reports whether level a is b or a descendant of b.
func (w *Workflow) isUnder(a, b int) bool {
	for ; a > b; a = w.levels[a].parent {
	}
	return a == b
}

// elements are the elements of one level in one run. They are ordered by parent, so the
// children of an element are adjacent.
type elements struct {
	index []Index
	// parent is the position of each element's parent in the level above.
	parent []int
	// first has, for each element of the level above, the position of its first child. One
	// more entry holds the end.
	first []int
	// made reports, for each element of the level above, whether its children were made,
	// even if there are none. A picture without crops has been looked at; a picture that a
	// gate held back has not.
	made []bool
}

// unit returns the level of scalars.
func unit() *elements {
	return &elements{index: []Index{nil}, parent: []int{0}, first: []int{0, 1}, made: []bool{true}}
}

// unmade is the count of an element whose children were not made.
const unmade = -1

// children makes the elements of a level. counts has the number of children of each parent.
func children(above *elements, counts []int) *elements {
	total := 0
	for _, n := range counts {
		total += max(n, 0)
	}
	e := &elements{
		index: make([]Index, 0, total), parent: make([]int, 0, total),
		first: make([]int, 0, len(counts)+1), made: make([]bool, 0, len(counts)),
	}
	for i, n := range counts {
		e.first, e.made = append(e.first, len(e.index)), append(e.made, n != unmade)
		for k := range max(n, 0) {
			e.index = append(e.index, append(slices.Clip(slices.Clone(above.index[i])), k))
			e.parent = append(e.parent, i)
		}
	}
	e.first = append(e.first, total)
	return e
}

// count returns the number of elements. It is 0 for a level that no step has filled.
func (e *elements) count() int {
	if e == nil {
		return 0
	}
	return len(e.index)
}

// of returns the range of an element's children.
func (e *elements) of(parent int) (from, to int) {
	if e == nil || parent+1 >= len(e.first) {
		return 0, 0
	}
	return e.first[parent], e.first[parent+1]
}

// has reports whether the children of an element were made.
func (e *elements) has(parent int) bool { return e != nil && parent < len(e.made) && e.made[parent] }

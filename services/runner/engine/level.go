package engine

import (
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// level is one lineage that occurs in a workflow. Levels form a tree: that of
// the crops of a picture hangs below that of the pictures. Level 0 is the root:
// it has one element, the run itself, and scalars live there.
type level struct {
	lineage plan.Lineage
	parent  int
}

// level finds or adds the level of a lineage, and those above it.
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

// isUnder tells whether level a is b or hangs below it.
func (w *Workflow) isUnder(a, b int) bool {
	for ; a > b; a = w.levels[a].parent {
	}
	return a == b
}

// elements are those of one level in one run. They are kept in the order of
// their parents, so the children of an element stand side by side.
type elements struct {
	index []Index
	// parent is the element's place in the level above.
	parent []int
	// first has, for each element of the level above and one more, where its
	// children begin.
	first []int
	// made tells, for each element of the level above, whether its children were
	// made, be it none: a picture without crops has been looked at, one that a gate
	// kept away from the crop has not.
	made []bool
}

// unit is the level of scalars.
func unit() *elements {
	return &elements{index: []Index{nil}, parent: []int{0}, first: []int{0, 1}, made: []bool{true}}
}

// unmade is the count of an element whose children were not made.
const unmade = -1

// children makes the elements of a level from how many each parent has.
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

// count is the number of elements; a level that nothing has filled has none.
func (e *elements) count() int {
	if e == nil {
		return 0
	}
	return len(e.index)
}

// of is the range of an element's children.
func (e *elements) of(parent int) (from, to int) {
	if e == nil || parent+1 >= len(e.first) {
		return 0, 0
	}
	return e.first[parent], e.first[parent+1]
}

// has tells whether the children of an element were made.
func (e *elements) has(parent int) bool { return e != nil && parent < len(e.made) && e.made[parent] }

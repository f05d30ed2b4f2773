package engine

import (
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// choose selects the elements to work on. A block that does not accept null gets none: a
// null scalar drops every element, a null on a deeper level drops only that element.
func (x *execution) choose() {
	picky := !x.s.Manifest.AcceptsEmpty
	for i := 0; picky && i < len(x.s.args); i++ {
		if !x.prune(&x.s.args[i]) {
			return
		}
	}
	n := x.elements[x.s.at].count()
	x.rows = make([]int, 0, n)
	for row := range n {
		if x.alive != nil && !x.alive[row] {
			continue
		}
		if picky && x.s.below >= 0 && !x.elements[x.s.below].has(row) {
			continue
		}
		x.rows = append(x.rows, row)
	}
}

// prune drops the elements for which a source is null. It returns false if it drops all.
func (x *execution) prune(s *source) bool {
	for i := range s.entries {
		if !x.prune(&s.entries[i]) {
			return false
		}
	}
	if len(s.entries) > 0 || s.form == plan.Static {
		return true
	}
	switch {
	case s.at == 0:
		return x.cell(s, 0) != nil || s.form == plan.FromInput && !s.cast
	case s.at == x.s.at:
		x.alive = x.pruneLevel(s, x.alive)
	default:
		x.aliveBelow = x.pruneLevel(s, x.aliveBelow)
	}
	return true
}

func (x *execution) pruneLevel(s *source, alive []bool) []bool {
	n := x.elements[s.at].count()
	for row := range n {
		if x.cell(s, row) != nil {
			continue
		}
		if alive == nil {
			alive = allTrue(n)
		}
		alive[row] = false
	}
	return alive
}

// cell returns the value of a source for an element of the source's own level.
func (r *run) cell(s *source, row int) any {
	switch s.form {
	case plan.Static:
		return s.static
	case plan.FromInput:
		return r.inputs[s.input][row]
	case plan.FromStep:
		rows := r.tables[s.step].rows
		if row >= len(rows) {
			return nil
		}
		return rows[row][s.output]
	}
	return nil
}

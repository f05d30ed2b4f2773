package engine

import (
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// branchPlan is one branch of a flow-control step. at is the level on which the step
// decides.
type branchPlan struct{ at int }

func (w *Workflow) planBranch(b *plan.Branch) branchPlan { return branchPlan{at: w.level(b.Lineage)} }

// branch is the decision of a flow-control step: the elements of its level that may continue.
// It is nil if the step did not run, and then no element may continue.
type branch struct{ open []bool }

func (b *branch) lets(row int) bool { return row < len(b.open) && b.open[row] }

// open records the decisions of a flow-control step.
func (x *execution) open(results []Result) error {
	n := x.elements[x.s.at].count()
	for _, opens := range x.s.Opens {
		x.branches[opens].open = make([]bool, n)
	}
	for i, result := range results {
		if !result.flow {
			return Failf(InvalidBehaviour, "the block controls the flow, but made no decision")
		}
		for _, target := range result.next {
			opens, ok := x.s.targets[target]
			if !ok {
				return Failf(EngineRuntime, "the block continued with a step that is not one of its targets")
			}
			x.branches[opens].open[x.rows[i]] = true
		}
	}
	return nil
}

// masked drops the elements that a gate holds back. A gate on a higher level decides for all
// descendants of its elements. A gate on a deeper level than the step's drops the elements
// that have no descendant left there. It returns true if no element is left.
func (x *execution) masked() (closed bool) {
	at := x.s.at
	for _, gate := range x.s.Gates {
		b, level := &x.branches[gate], x.w.branches[gate].at
		switch {
		case b.open == nil:
			return true
		case level == 0:
			if !b.lets(0) {
				return true
			}
		case x.w.isUnder(at, level):
			x.alive = x.filter(x.alive, at, level, b)
		case x.s.below >= 0 && x.w.isUnder(x.s.below, level):
			x.aliveBelow = x.filter(x.aliveBelow, x.s.below, level, b)
			x.dropChildless()
		}
	}
	return false
}

// filter keeps the elements of level at whose ancestors on the gate's level may continue.
func (x *execution) filter(alive []bool, at, level int, b *branch) []bool {
	n := x.elements[at].count()
	if alive == nil {
		alive = allTrue(n)
	}
	for row := range n {
		alive[row] = alive[row] && b.lets(x.ancestor(row, at, level))
	}
	return alive
}

func allTrue(n int) []bool {
	out := make([]bool, n)
	for i := range out {
		out[i] = true
	}
	return out
}

func (r *run) ancestor(row, at, level int) int {
	for at != level {
		row, at = r.elements[at].parent[row], r.w.levels[at].parent
	}
	return row
}

func (x *execution) dropChildless() {
	if x.alive == nil {
		x.alive = allTrue(x.elements[x.s.at].count())
	}
	for row := range x.alive {
		from, to := x.elements[x.s.below].of(row)
		left := false
		for child := from; child < to; child++ {
			left = left || x.aliveBelow[child]
		}
		x.alive[row] = x.alive[row] && left
	}
}

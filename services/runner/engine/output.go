package engine

import (
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// results returns the outputs: one object for each element of the run's batch, or one
// object if no output belongs to that batch.
func (r *run) results() []map[string]any {
	root := r.w.root
	n := 1
	if root > 0 {
		n = r.elements[root].count()
	}
	out := make([]map[string]any, n)
	for i := range out {
		out[i] = make(map[string]any, len(r.w.plan.Outputs))
	}
	for k := range r.w.plan.Outputs {
		o := outputOf{run: r, Output: &r.w.plan.Outputs[k], at: r.w.outputs[k]}
		var shared any
		if !o.isRooted() {
			shared = o.nested(0, 0)
		}
		for i := range out {
			if o.isRooted() {
				out[i][o.Name] = o.nested(root, i)
			} else {
				out[i][o.Name] = shared
			}
		}
	}
	return out
}

// outputOf is one output of one run.
type outputOf struct {
	*run
	*plan.Output
	at int
}

func (o *outputOf) isRooted() bool {
	return len(o.Lineage) > 0 && o.Lineage[0] == plan.RootLevel
}

// nested returns the value of an element if the output is on its level, and otherwise
// nested lists of the values below it. A list ends with the last element that has something
// below it; gaps are null.
func (o *outputOf) nested(level, row int) any {
	if level == o.at {
		return o.value(row)
	}
	list, found := o.list(level, row)
	if !found {
		return emptied(len(o.Lineage) - len(o.w.levels[level].lineage))
	}
	return list
}

// emptied returns an empty list, nested depth levels deep.
func emptied(depth int) []any {
	if depth <= 1 {
		return []any{}
	}
	return []any{emptied(depth - 1)}
}

func (o *outputOf) list(level, row int) (list []any, found bool) {
	next := o.at
	for o.w.levels[next].parent != level {
		next = o.w.levels[next].parent
	}
	from, to := o.elements[next].of(row)
	list = make([]any, 0, to-from)
	for child := from; child < to; child++ {
		if next == o.at {
			list = append(list, o.value(child))
			continue
		}
		if inner, ok := o.list(next, child); ok {
			for len(list) < child-from {
				list = append(list, nil)
			}
			list = append(list, inner)
		}
	}
	return list, len(list) > 0
}

// value returns the output for an element of its own level.
func (o *outputOf) value(row int) any {
	v := o.raw(row)
	if o.OwnCoordinates {
		return v
	}
	return value.InRoot(v)
}

func (o *outputOf) raw(row int) any {
	if o.Input >= 0 {
		return o.inputs[o.Input][row]
	}
	var outputs Outputs
	if rows := o.tables[o.Step].rows; row < len(rows) {
		outputs = rows[row]
	}
	if o.Selector.Output != manifest.AnyOutput {
		return outputs[o.Selector.Output]
	}
	all := make(map[string]any, len(outputs))
	for _, declared := range o.w.steps[o.Step].Outputs {
		all[declared.Name] = nil
	}
	for name, v := range outputs {
		all[name] = v
	}
	return all
}

package engine

// store keeps the results of a step where its successors read them.
func (x *execution) store(results []Result) error {
	switch {
	case x.s.adds:
		return x.storeNew(results)
	case x.s.spreads:
		return x.storeBelow(results)
	}
	rows := make([]Outputs, x.elements[x.s.at].count())
	for i, result := range results {
		if result.many {
			return Failf(InvalidBehaviour, "the block returned a list where one result was expected")
		}
		if err := x.check(result); err != nil {
			return err
		}
		rows[x.rows[i]] = result.outputs
	}
	x.tables[x.s.Index].rows = rows
	return nil
}

// storeNew makes the elements of the level that the step adds.
func (x *execution) storeNew(results []Result) error {
	above := x.w.levels[x.s.out].parent
	counts := make([]int, x.elements[above].count())
	for row := range counts {
		counts[row] = unmade
	}
	var rows []Outputs
	for i, result := range results {
		if !result.many && result.outputs != nil {
			return Failf(InvalidBehaviour, "the block returned one result where a list was expected")
		}
		if !result.many {
			continue
		}
		counts[x.rows[i]] = len(result.items)
		if err := x.grow(len(result.items)); err != nil {
			return err
		}
		for _, item := range result.items {
			if err := x.check(item); err != nil {
				return err
			}
			rows = append(rows, item.outputs)
		}
	}
	x.elements[x.s.out] = children(x.elements[above], counts)
	x.tables[x.s.Index].rows = rows
	return nil
}

// storeBelow keeps results for existing elements one level down.
func (x *execution) storeBelow(results []Result) error {
	level := x.elements[x.s.below]
	rows := make([]Outputs, level.count())
	for i, result := range results {
		items := result.items
		from, to := level.of(x.rows[i])
		for child := from; child < to; child++ {
			if x.aliveBelow != nil && !x.aliveBelow[child] {
				continue
			}
			if len(items) == 0 {
				return Failf(InvalidBehaviour, "the block did not return a result for each nested element")
			}
			if err := x.check(items[0]); err != nil {
				return err
			}
			rows[child], items = items[0].outputs, items[1:]
		}
	}
	x.tables[x.s.Index].rows = rows
	return nil
}

// check compares a block's result with the declared outputs.
func (x *execution) check(result Result) error {
	if result.many || result.flow {
		return Failf(InvalidBehaviour, "the block returned a result that is not an object of outputs")
	}
	if result.outputs == nil || x.s.Wildcard {
		return nil
	}
	for _, declared := range x.s.Outputs {
		if _, ok := result.outputs[declared.Name]; !ok {
			return Failf(EngineRuntime, "the block did not return its output %q", declared.Name)
		}
	}
	if len(result.outputs) != len(x.s.Outputs) {
		return Failf(EngineRuntime, "the block returned outputs that it does not declare")
	}
	return nil
}

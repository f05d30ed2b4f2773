package engine

import (
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// elementArgs returns the arguments of a call for one element.
func (x *execution) elementArgs(row int) map[string]any {
	args := make(map[string]any, len(x.s.args))
	for i := range x.s.args {
		arg := &x.s.args[i]
		if coerced, ok := x.coerced(arg); ok {
			args[arg.name] = arg.hosted(coerced)
			continue
		}
		args[arg.name] = arg.hosted(x.assemble(arg, func(s *source) any { return x.one(s, row) }))
	}
	return args
}

// hosted prepends the host from the definition to an address that is a credential. In a field
// that takes no credential, the mark is a text like others.
func (s *source) hosted(v any) any {
	mark, ok := v.(value.Placeholder)
	switch {
	case !ok:
		return v
	case !s.credential:
		return string(mark)
	case s.prefix != "" && mark == SlotMark:
		return value.Placeholder(s.prefix) + SlotMark
	}
	return v
}

// batchArgs returns the arguments of the call for all elements.
func (x *execution) batchArgs() map[string]any {
	args := make(map[string]any, len(x.s.args))
	for i := range x.s.args {
		arg := &x.s.args[i]
		if coerced, ok := x.coerced(arg); ok && !arg.cast {
			args[arg.name] = coerced
			continue
		}
		args[arg.name] = x.assemble(arg, x.all)
	}
	return args
}

// assemble builds a value, a list of values or a map of values.
func (x *execution) assemble(s *source, fetch func(*source) any) any {
	switch s.form {
	case plan.ListOf:
		list := make([]any, len(s.entries))
		for i := range s.entries {
			list[i] = fetch(&s.entries[i])
		}
		return list
	case plan.MapOf:
		object := make(map[string]any, len(s.entries))
		for i := range s.entries {
			object[s.entries[i].name] = fetch(&s.entries[i])
		}
		return object
	}
	return fetch(s)
}

// coerced returns a parameter as the step's field has coerced it.
func (x *execution) coerced(s *source) (any, bool) {
	if s.coerce == nil || x.parameters == nil { // a credential has no value to coerce
		return nil, false
	}
	v, ok := x.parameters[x.s.Index][s.name]
	return v, ok
}

// scalar returns the value of a source that is not a batch, coerced if the field asks for
// it.
func (x *execution) scalar(s *source) any {
	if coerced, ok := x.coerced(s); ok {
		return coerced
	}
	return x.cell(s, 0)
}

// one returns the value of a source for one element of the step's level. It is a batch if
// the source is one level deeper.
func (x *execution) one(s *source, row int) any {
	switch {
	case s.cast && s.depth > 0:
		return x.repeated(x.scalar(s), row)
	case s.at == 0:
		return x.scalar(s)
	case s.at == x.s.at:
		return x.cell(s, row)
	}
	return x.under(row, func(child int) any { return x.cell(s, child) })
}

// under returns the batch of an element's children that take part.
func (x *execution) under(row int, fetch func(child int) any) *Batch {
	level := x.elements[x.s.below]
	from, to := level.of(row)
	b := &Batch{Values: make([]any, 0, to-from), Indices: make([]Index, 0, to-from)}
	for child := from; child < to; child++ {
		if x.aliveBelow != nil && !x.aliveBelow[child] {
			continue
		}
		b.Values = append(b.Values, fetch(child))
		b.Indices = append(b.Indices, level.index[child])
	}
	return b
}

// repeated repeats a scalar for every child of an element. If nothing in the step is a
// batch, the result has one element.
func (x *execution) repeated(v any, row int) *Batch {
	if x.s.below < 0 {
		return &Batch{Values: []any{v}, Indices: []Index{{0}}}
	}
	return x.under(row, func(int) any { return v })
}

// all returns the value of a source for all elements that take part.
func (x *execution) all(s *source) any {
	if s.at == 0 && !s.cast {
		return x.scalar(s)
	}
	b := &Batch{Values: make([]any, len(x.rows)), Indices: make([]Index, len(x.rows))}
	for i, row := range x.rows {
		b.Values[i] = x.one(s, row)
		b.Indices[i] = x.elements[x.s.at].index[row]
		if x.s.lone {
			b.Indices[i] = Index{0}
		}
	}
	return b
}

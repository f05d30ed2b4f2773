package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// refuse makes the fault of an input.
func refuse(name, format string, args ...any) *Fault {
	f := Failf(RuntimeInput, "the input %q "+format, append([]any{name}, args...)...)
	f.Input = name
	return f
}

// load reads the inputs of a run.
func (r *run) load(ctx context.Context) error {
	r.inputs = make([][]any, len(r.w.inputs))
	size := r.batchSize()
	if err := r.grow(size); err != nil {
		return err
	}
	for i := range r.w.inputs {
		in := &r.w.inputs[i]
		if !in.IsBatch() {
			r.inputs[i] = []any{parameter(in, r.request.Inputs)}
			continue
		}
		if r.elements[in.levels[0]] == nil {
			r.elements[in.levels[0]] = children(r.elements[0], []int{size})
		}
		given := r.request.Inputs[in.Name]
		if given == nil {
			return refuse(in.Name, "is required")
		}
		values, err := r.batchInput(ctx, in, given, size)
		if err != nil {
			return err
		}
		r.inputs[i] = values
	}
	return r.coerce()
}

// coerce checks parameters against the fields that use them, because only these fields have
// a type. It runs before any step, so a refused run costs nothing.
func (r *run) coerce() error {
	for i := range r.w.steps {
		s := &r.w.steps[i]
		for k := range s.args {
			arg := &s.args[k]
			if arg.coerce == nil {
				continue
			}
			name := r.w.inputs[arg.input].Name
			given := r.inputs[arg.input][0]
			if IsSlot(given) || value.IsData(given) {
				continue
			}
			coerced, err := arg.coerce.Coerce(given)
			if err != nil {
				return refuse(name, "does not fit the field %q of the step %q: it %s", arg.name, s.Name, err)
			}
			if r.parameters == nil {
				r.parameters = make([]map[string]any, len(r.w.steps))
			}
			if r.parameters[i] == nil {
				r.parameters[i] = map[string]any{}
			}
			r.parameters[i][arg.name] = value.Normal(coerced)
		}
	}
	return nil
}

func parameter(in *inputPlan, given map[string]any) any {
	if v, ok := given[in.Name]; ok {
		if IsSlot(v) {
			return v
		}
		return value.Normal(v)
	}
	return in.Default
}

// batchSize returns the length of the first batch input that is a list of more than one
// element.
func (r *run) batchSize() int {
	for i := range r.w.inputs {
		if !r.w.inputs[i].IsBatch() {
			continue
		}
		if list, ok := value.Shallow(r.request.Inputs[r.w.inputs[i].Name]).([]any); ok && len(list) > 1 {
			return len(list)
		}
	}
	return 1
}

// batchInput reads the elements of a batch input down to its dimensionality.
func (r *run) batchInput(ctx context.Context, in *inputPlan, given any, size int) ([]any, error) {
	list, isList := value.Shallow(given).([]any)
	if !isList {
		if len(in.levels) > 1 {
			return nil, refuse(in.Name, "must be a list, nested %d levels deep", len(in.levels))
		}
		one, err := r.read(ctx, in, given, in.Name)
		if err != nil {
			return nil, err
		}
		return value.Repeat(one, size), nil
	}
	if len(list) == 1 && size > 1 {
		list = value.Repeat(list[0], size)
	}
	if len(list) != size {
		return nil, refuse(in.Name, "has %d elements, but the batch of this run has %d", len(list), size)
	}
	items, names := list, make([]string, len(list))
	for i := range names {
		names[i] = in.Name + ".[" + strconv.Itoa(i) + "]"
	}
	for _, at := range in.levels[1:] {
		var err error
		if items, names, err = r.descend(in, at, items, names); err != nil {
			return nil, err
		}
	}
	return r.readAll(ctx, in, items, names)
}

// descend flattens the lists of one level into its elements.
func (r *run) descend(in *inputPlan, at int, items []any, names []string) ([]any, []string, error) {
	var next []any
	var nextNames []string
	counts := make([]int, len(items))
	for i, item := range items {
		list, ok := value.Shallow(item).([]any)
		if !ok && item != nil {
			return nil, nil, refuse(in.Name, "must be a list of lists, %d levels deep", len(in.levels))
		}
		if counts[i] = len(list); item == nil {
			counts[i] = unmade
		}
		if err := r.grow(len(list)); err != nil {
			return nil, nil, err
		}
		for k, one := range list {
			next = append(next, one)
			nextNames = append(nextNames, names[i]+"["+strconv.Itoa(k)+"]")
		}
	}
	r.elements[at] = children(r.elements[r.w.levels[at].parent], counts)
	return next, nextNames, nil
}

func (r *run) readAll(ctx context.Context, in *inputPlan, items []any, names []string) ([]any, error) {
	out := make([]any, len(items))
	for i, item := range items {
		one, err := r.read(ctx, in, item, names[i])
		if err != nil {
			return nil, err
		}
		out[i] = one
	}
	return out, nil
}

func (r *run) read(ctx context.Context, in *inputPlan, item any, name string) (any, error) {
	if item == nil {
		return nil, nil
	}
	read, err := r.request.Reader.Read(ctx, item, in.Kinds, name)
	if err == nil {
		return read, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	fault := refuse(in.Name, "cannot be read")
	if own, ok := errors.AsType[*value.InvalidError](err); ok {
		fault.Message = fmt.Sprintf("the input %q: %s %s", in.Name, name, own.Message)
	} else if public, ok := errors.AsType[*errs.Error](err); ok {
		fault.Message = fmt.Sprintf("the input %q: %s", in.Name, public.Message())
	}
	return nil, fault.Because(err)
}

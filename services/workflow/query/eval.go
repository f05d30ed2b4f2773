package query

import (
	"context"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Scope holds the values that an evaluation may use in addition to its input.
type Scope struct {
	// Params are the values that the query names.
	Params map[string]any
	// Codec encodes pictures. Without it, operations that need it fail.
	Codec value.Codec
	// Now stamps pictures without a timestamp; nil means the wall clock.
	Now func() time.Time
}

// Operations is a chain. Each operation takes the result of the previous one. The empty
// chain is the identity.
type Operations []operation

// operation maps one value. It must not modify its input.
type operation func(r *run, in any) (any, error)

// run is one evaluation.
type run struct {
	ctx   context.Context
	scope *Scope
	// self is the value of operand "_" inside of a filter.
	self  any
	steps int
}

// Apply maps a value through the chain.
func (ops Operations) Apply(ctx context.Context, in any, scope Scope) (any, error) {
	if len(ops) == 0 {
		return in, nil
	}
	r := run{ctx: ctx, scope: &scope}
	out, err := ops.apply(&r, shallow(in))
	if err != nil {
		return nil, err
	}
	if one, ok := out.(row); ok {
		return one.set(), nil
	}
	return out, nil
}

func (ops Operations) apply(r *run, v any) (any, error) {
	for _, op := range ops {
		if err := r.spend(1); err != nil {
			return nil, err
		}
		next, err := op(r, v)
		if err != nil {
			return nil, err
		}
		v = next
	}
	return v, nil
}

// spend counts work, and checks at intervals whether the context has ended.
func (r *run) spend(n int) error {
	before := r.steps
	r.steps += n
	if r.steps > maxSteps {
		return fail(classOperation, "the query does more than %d steps of work", maxSteps)
	}
	if before>>10 != r.steps>>10 {
		return r.ctx.Err()
	}
	return nil
}

// text converts a value to a text within the limit.
func (r *run) text(operation string, v any) (string, error) {
	if err := r.bound(operation, v); err != nil {
		return "", err
	}
	return value.Text(v), nil
}

// bound refuses values that are small in memory, because their parts are shared, but huge
// when written out or compared.
func (r *run) bound(operation string, v any) error {
	size := value.Size(v, maxText)
	if size > maxText {
		return fail(classOperation, "%s: the value is larger than %d characters", operation, maxText)
	}
	return r.spend(size / 64)
}

func shallow(v any) any { return value.Shallow(v) }

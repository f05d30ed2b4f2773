package query

import (
	"context"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Statement is true or false for given values.
type Statement struct{ root condition }

type condition func(r *run) (bool, error)

// operand returns one side of a comparison.
type operand func(r *run) (any, error)

// Holds evaluates the statement.
func (s *Statement) Holds(ctx context.Context, scope Scope) (bool, error) {
	return s.root(&run{ctx: ctx, scope: &scope})
}

// selfName is the operand for the value that a filter tests.
const selfName = "_"

func (p *parser) group(v any, path string, depth int) condition {
	f, ok := p.fields(v, path, depth)
	if !ok || !p.enter(path, depth) {
		return never
	}
	if f.kind != "StatementGroup" {
		f.bad("type", `must be "StatementGroup"`)
		return never
	}
	operator := "or"
	if _, ok := f.object["operator"]; ok {
		operator = f.oneOf("operator", "or", "and")
	}
	raw, _ := f.get("statements", true)
	items, _ := raw.([]any)
	if len(items) == 0 {
		f.bad("statements", "must be a list with at least one statement")
		return never
	}
	parts := make([]condition, len(items))
	for i, item := range items {
		parts[i] = p.statement(item, path+"/statements/"+strconv.Itoa(i), depth+1)
	}
	return combine(parts, operator == "and")
}

// never stands in for a statement with problems. The document is refused, so it never runs.
func never(*run) (bool, error) { return false, nil }

// combine evaluates every part in order, without short-circuiting, so a failing part is an
// error at any position.
func combine(parts []condition, all bool) condition {
	return func(r *run) (bool, error) {
		holds := all
		for _, part := range parts {
			one, err := part(r)
			if err != nil {
				return false, err
			}
			if all {
				holds = holds && one
			} else {
				holds = holds || one
			}
		}
		return holds, nil
	}
}

func (p *parser) statement(v any, path string, depth int) condition {
	f, ok := p.fields(v, path, depth)
	if !ok || !p.enter(path, depth) {
		return never
	}
	switch f.kind {
	case "StatementGroup":
		return p.group(v, path, depth)
	case "BinaryStatement":
		return f.binary()
	case "UnaryStatement":
		return f.unary()
	}
	f.bad("type", "must be StatementGroup, BinaryStatement or UnaryStatement")
	return never
}

func (f *fields) binary() condition {
	left, right := f.operand("left_operand"), f.operand("right_operand")
	name := f.innerType("comparator")
	compare, ok := comparators[name]
	if !ok {
		f.problem(f.path+"/comparator/type", "is not a comparator of the language")
		return never
	}
	negate := f.boolean("negate", false)
	return func(r *run) (bool, error) {
		a, err := left(r)
		if err != nil {
			return false, err
		}
		b, err := right(r)
		if err != nil {
			return false, err
		}
		holds, err := r.compare(name, compare, a, b)
		return holds != negate, err
	}
}

func (r *run) compare(name string, compare comparator, a, b any) (bool, error) {
	if err := r.spend(1); err != nil {
		return false, err
	}
	for _, side := range []any{a, b} {
		if err := r.bound(name, side); err != nil {
			return false, err
		}
	}
	if name == "any in (Sequence)" || name == "all in (Sequence)" {
		n, _ := length(a)
		m, _ := length(b)
		if err := r.spend(min(n, maxSteps) * min(m, maxSteps)); err != nil {
			return false, err
		}
	}
	holds, ok := compare(a, b)
	if !ok {
		return false, fail(classEvaluation, "%s cannot compare %s with %s", name, typeName(a), typeName(b))
	}
	return holds, nil
}

func (f *fields) unary() condition {
	subject := f.operand("operand")
	name := f.innerType("operator")
	test, ok := tests[name]
	if !ok {
		f.problem(f.path+"/operator/type", "is not an operator of the language")
		return never
	}
	negate := f.boolean("negate", false)
	return func(r *run) (bool, error) {
		v, err := subject(r)
		if err != nil {
			return false, err
		}
		holds, ok := test(v)
		if !ok {
			return false, fail(classEvaluation, "%s cannot be asked of %s", name, typeName(v))
		}
		return holds != negate, nil
	}
}

func (f *fields) innerType(name string) string {
	v, _ := f.get(name, true)
	object, _ := v.(map[string]any)
	kind, _ := object["type"].(string)
	return kind
}

func (f *fields) operand(name string) operand {
	v, ok := f.get(name, true)
	if !ok {
		return nothing
	}
	o, ok := f.fields(v, f.path+"/"+name, f.depth+1)
	if !ok || !f.enter(o.path, o.depth) {
		return nothing
	}
	chain := o.chain("operations", false)
	switch o.kind {
	case "StaticOperand":
		static, _ := o.get("value", true)
		static = value.Normal(static)
		return func(r *run) (any, error) { return chain.apply(r, static) }
	case "DynamicOperand":
		name := o.textOr("operand_name", selfName)
		return func(r *run) (any, error) { return r.dynamic(name, chain) }
	}
	o.bad("type", "must be StaticOperand or DynamicOperand")
	return nothing
}

func nothing(*run) (any, error) { return nil, nil }

func (r *run) dynamic(name string, chain Operations) (any, error) {
	if name == selfName && r.self != nil {
		return chain.apply(r, r.self)
	}
	v, ok := r.scope.Params[name]
	if !ok {
		return nil, undeclared(name)
	}
	return chain.apply(r, value.Shallow(v))
}

package query

import (
	"context"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Cases is a switch: the result of the first case whose condition holds.
type Cases struct {
	cases     []oneCase
	otherwise operand
}

type oneCase struct {
	when condition
	then operand
}

// ParseCases parses a CasesDefinition.
func ParseCases(v any) (*Cases, Problems) {
	p := newParser()
	out := &Cases{otherwise: nothing}
	f, ok := p.fields(v, "", 0)
	if !ok {
		return out, p.problems
	}
	if f.kind != "CasesDefinition" {
		f.bad("type", `must be "CasesDefinition"`)
	}
	raw, given := f.get("cases", true)
	items, isList := raw.([]any)
	if given && !isList {
		f.bad("cases", "must be a list")
	}
	for i, item := range items {
		out.cases = append(out.cases, p.oneCase(item, "/cases/"+strconv.Itoa(i)))
	}
	out.otherwise = f.caseResult("default")
	return out, p.problems
}

func (p *parser) oneCase(v any, path string) oneCase {
	f, ok := p.fields(v, path, 1)
	if !ok || !p.enter(path, 1) {
		return oneCase{when: never, then: nothing}
	}
	if f.kind != "CaseDefinition" {
		f.bad("type", `must be "CaseDefinition"`)
	}
	when := condition(never)
	if statement, ok := f.get("condition", true); ok {
		when = p.group(statement, path+"/condition", 2)
	}
	return oneCase{when: when, then: f.caseResult("result")}
}

func (f *fields) caseResult(name string) operand {
	v, ok := f.get(name, true)
	if !ok {
		return nothing
	}
	o, ok := f.fields(v, f.path+"/"+name, f.depth+1)
	if !ok {
		return nothing
	}
	switch o.kind {
	case "StaticCaseResult":
		static, _ := o.get("value", true)
		static = value.Normal(static)
		return func(*run) (any, error) { return static, nil }
	case "DynamicCaseResult":
		parameter, chain := o.text("parameter_name"), o.chain("operations", false)
		return func(r *run) (any, error) { return r.dynamic(parameter, chain) }
	}
	o.bad("type", "must be StaticCaseResult or DynamicCaseResult")
	return nothing
}

// Choose evaluates the switch. It does not evaluate cases after the first that holds.
func (c *Cases) Choose(ctx context.Context, scope Scope) (any, error) {
	r := &run{ctx: ctx, scope: &scope}
	for _, one := range c.cases {
		holds, err := one.when(r)
		if err != nil {
			return nil, err
		}
		if holds {
			return one.then(r)
		}
	}
	return c.otherwise(r)
}

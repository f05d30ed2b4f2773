package query

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

type parser struct {
	problems Problems
	parts    int
	// build makes the operation of one object. The operations of the language are behind it,
	// because some of them contain operations.
	build func(*fields) (op operation, known bool)
}

func (p *parser) problem(path, message string) {
	if len(p.problems) < 50 { // bounds the answer to a hostile document
		p.problems = append(p.problems, Problem{Path: path, Message: message})
	}
}

// enter counts a part and refuses parts that are nested too deep.
func (p *parser) enter(path string, depth int) bool {
	p.parts++
	if depth > maxDepth {
		p.problem(path, "operations and statements are nested too deep")
		return false
	}
	if p.parts == maxParts+1 {
		p.problem(path, "too many operations and statements")
	}
	return p.parts <= maxParts
}

func (p *parser) operations(v any, path string, depth int) Operations {
	items, ok := value.Shallow(v).([]any)
	if !ok {
		p.problem(path, "must be a list of operations")
		return nil
	}
	ops := make(Operations, 0, len(items))
	for i, item := range items {
		if op := p.operation(item, path+"/"+strconv.Itoa(i), depth); op != nil {
			ops = append(ops, op)
		}
	}
	return ops
}

func (p *parser) operation(v any, path string, depth int) operation {
	if !p.enter(path, depth) {
		return nil
	}
	f, ok := p.fields(v, path, depth)
	if !ok {
		return nil
	}
	op, known := p.build(f)
	if !known {
		p.problem(path+"/type", "is not an operation of the language")
	}
	return op
}

// fields parses the fields of one object and reports their problems.
type fields struct {
	*parser
	object map[string]any
	path   string
	depth  int
	kind   string
}

func (p *parser) fields(v any, path string, depth int) (*fields, bool) {
	object, ok := v.(map[string]any)
	if !ok {
		p.problem(path, "must be an object")
		return nil, false
	}
	kind, ok := object["type"].(string)
	if !ok {
		p.problem(path+"/type", "is missing or not a string")
		return nil, false
	}
	return &fields{parser: p, object: object, path: path, depth: depth, kind: kind}, true
}

func (f *fields) bad(name, message string) { f.problem(f.path+"/"+escape(name), message) }

func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// get returns a field's value. A missing field without a default is a problem.
func (f *fields) get(name string, required bool) (any, bool) {
	v, ok := f.object[name]
	if !ok && required {
		f.bad(name, "is required")
	}
	return value.Shallow(v), ok
}

func (f *fields) text(name string) string {
	v, ok := f.get(name, true)
	s, isText := v.(string)
	if ok && !isText {
		f.bad(name, "must be a string")
	}
	return s
}

func (f *fields) textOr(name, otherwise string) string {
	if _, ok := f.object[name]; !ok {
		return otherwise
	}
	return f.text(name)
}

// number returns a number and keeps whether it was whole.
func (f *fields) number(name string) any {
	v, ok := f.get(name, true)
	if !ok {
		return int64(0)
	}
	n, isNumber := lenientNumber(v)
	if !isNumber {
		f.bad(name, "must be a number")
		return int64(0)
	}
	return n
}

// lenientNumber accepts a number, or a text that is one, as the language does.
func lenientNumber(v any) (any, bool) {
	switch v := v.(type) {
	case int64, *big.Int, float64:
		return v, true
	case bool:
		whole, _ := number.Whole(v)
		return number.Fit(whole), true
	case string:
		if n, ok := lenientWhole(v); ok {
			return n, true
		}
		n, ok := parseFloat(v)
		return n, ok
	}
	return nil, false
}

func (f *fields) float(name string, otherwise float64) float64 {
	if _, ok := f.object[name]; !ok {
		return otherwise
	}
	n, _ := value.Float(f.number(name))
	return n
}

func (f *fields) whole(name string, otherwise int64) int64 {
	if _, ok := f.object[name]; !ok {
		return otherwise
	}
	return f.requiredWhole(name)
}

func (f *fields) requiredWhole(name string) int64 {
	switch n := f.number(name).(type) {
	case int64:
		return n
	case float64:
		if whole, _ := number.Truncate(n); value.Equal(whole, n) {
			if small, ok := whole.(int64); ok {
				return small
			}
		}
	}
	f.bad(name, "must be a whole number")
	return 0
}

func (f *fields) boolean(name string, otherwise bool) bool {
	v, ok := f.get(name, false)
	if !ok {
		return otherwise
	}
	b, known := lenientBool(v)
	if !known {
		f.bad(name, "must be true or false")
	}
	return b
}

func lenientBool(v any) (isTrue, known bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case int64:
		return v == 1, v == 0 || v == 1
	case float64:
		return v == 1, v == 0 || v == 1
	case string:
		switch strings.ToLower(v) {
		case "true", "yes", "on", "1", "t", "y":
			return true, true
		case "false", "no", "off", "0", "f", "n":
			return false, true
		}
	}
	return false, false
}

func (f *fields) oneOf(name string, choices ...string) string {
	v, ok := f.get(name, true)
	if !ok {
		return ""
	}
	for _, choice := range choices {
		if v == choice {
			return choice
		}
	}
	f.bad(name, "must be one of "+strings.Join(choices, ", "))
	return ""
}

func (f *fields) dict(name string) map[string]any {
	v, ok := f.get(name, true)
	object, isObject := v.(map[string]any)
	if ok && !isObject {
		f.bad(name, "must be an object")
	}
	return object
}

func (f *fields) chain(name string, required bool) Operations {
	v, ok := f.get(name, required)
	if !ok {
		return nil
	}
	return f.operations(v, f.path+"/"+name, f.depth+1)
}

// lenientWhole parses a text of digits.
func lenientWhole(s string) (any, bool) {
	s = strings.TrimSpace(s)
	digits := strings.TrimLeft(s, "+-")
	if digits == "" || len(s) > len(digits)+1 || strings.Trim(digits, "0123456789") != "" {
		return nil, false
	}
	return number.Parse(strings.TrimPrefix(s, "+"))
}

// parseFloat parses what Python's float() accepts, which excludes hexadecimal.
func parseFloat(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "xXpP") {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	return f, err == nil || math.IsInf(f, 0)
}

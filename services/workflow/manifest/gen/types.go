package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// types are the words of the grammar that stand alone: literals, with bounds after
// numbers ("int{ge=1,le=9}"), and parts of the query language. The others are
//
//	ref<kind,kind>   a reference to an input or to a step's output
//	input<kind>      a reference to an input
//	step             a step to continue with
//	one("a","b")     a closed set of texts
//	list[T|T]  map[T|T]  tuple[T,T]
var types = map[string]manifest.Type{
	"text": {Literal: manifest.Text}, "int": {Literal: manifest.Integer}, "float": {Literal: manifest.Float}, "bool": {Literal: manifest.Boolean},
	"null": {Literal: manifest.Null}, "any": {Literal: manifest.Value}, "list": {Literal: manifest.List}, "dict": {Literal: manifest.Dict},
	"operations": {Query: manifest.Operations}, "statement": {Query: manifest.Statement}, "cases": {Query: manifest.Cases},
	"step": {Reference: manifest.StepTarget},
}

// parser reads types from the start of a text.
type parser struct {
	rest string
	err  error
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

func (p *parser) take(prefix string) bool {
	rest, ok := strings.CutPrefix(p.rest, prefix)
	if ok {
		p.rest = rest
	}
	return ok
}

// until returns the text before the next end, and skips both.
func (p *parser) until(end string) string {
	text, rest, ok := strings.Cut(p.rest, end)
	if !ok {
		p.fail("no %q in %q", end, p.rest)
	}
	p.rest = rest
	return text
}

func (p *parser) alternatives() []manifest.Type {
	list := []manifest.Type{p.one()}
	for p.err == nil && p.take("|") {
		list = append(list, p.one())
	}
	return list
}

func (p *parser) one() manifest.Type {
	switch {
	case p.take("ref<"):
		return manifest.Type{Reference: manifest.Data, Kinds: strings.Split(p.until(">"), ",")}
	case p.take("input<"):
		return manifest.Type{Reference: manifest.WorkflowInput, Kinds: strings.Split(p.until(">"), ",")}
	case p.take("one("):
		return p.enum()
	case p.take("list["):
		return manifest.Type{ListOf: p.inside()}
	case p.take("map["):
		return manifest.Type{MapOf: p.inside()}
	case p.take("tuple["):
		t := manifest.Type{TupleOf: []manifest.Type{p.one()}}
		for p.take(",") {
			t.TupleOf = append(t.TupleOf, p.one())
		}
		p.until("]")
		return t
	}
	return p.word()
}

func (p *parser) inside() []manifest.Type {
	list := p.alternatives()
	if !p.take("]") {
		p.fail("no ] before %q", p.rest)
	}
	return list
}

// enum reads the quoted texts up to the closing parenthesis.
func (p *parser) enum() manifest.Type {
	decoder := json.NewDecoder(strings.NewReader("[" + p.rest))
	if _, err := decoder.Token(); err != nil {
		p.fail("%w", err)
	}
	var t manifest.Type
	for p.err == nil && decoder.More() {
		var text string
		if err := decoder.Decode(&text); err != nil {
			p.fail("a closed set: %w", err)
			return t
		}
		t.Enum = append(t.Enum, text)
		if rest, closed := strings.CutPrefix(p.rest[decoder.InputOffset()-1:], ")"); closed {
			p.rest = rest
			return t
		}
	}
	p.fail("a closed set without an end: %q", p.rest)
	return t
}

func (p *parser) word() manifest.Type {
	end := strings.IndexFunc(p.rest, func(r rune) bool { return r < 'a' || r > 'z' })
	if end < 0 {
		end = len(p.rest)
	}
	t, known := types[p.rest[:end]]
	if !known {
		p.fail("unknown type %q", p.rest)
		return t
	}
	p.rest = p.rest[end:]
	if p.take("{") {
		p.bounds(&t, p.until("}"))
	}
	return t
}

func (p *parser) bounds(t *manifest.Type, text string) {
	for bound := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(bound, "=")
		n, err := strconv.ParseFloat(value, 64)
		into := map[string]**float64{"ge": &t.Min, "le": &t.Max, "gt": &t.Above, "lt": &t.Below}[name]
		if err != nil || into == nil {
			p.fail("%q is no bound", bound)
			return
		}
		*into = &n
	}
}

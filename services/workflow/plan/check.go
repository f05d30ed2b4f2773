package plan

import (
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/keyhole-dev/keyhole/services/workflow/colour"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/mention"
)

// checks finds constants that have a valid type but can never run. The blocks check again
// at run time, because values may also come from inputs and steps.
func (c *compiler) checks() {
	k := &checker{compiler: c, arriving: c.arriving()}
	for i := range c.plan.Steps {
		s := &c.plan.Steps[i]
		if c.broken[i] || s.Manifest == nil {
			continue
		}
		for a := range s.Arguments {
			operations := k.operationsFor(i, &s.Arguments[a])
			k.check(i, &s.Arguments[a])
			k.embedded(i, &s.Arguments[a])
			k.sendable(i, &s.Arguments[a], operations)
			k.convert(i, &s.Arguments[a], operations)
		}
	}
}

func (c *checker) check(step int, a *Argument) {
	switch a.Field.Check {
	case manifest.CheckHeaders:
		c.headers(step, a)
	case manifest.CheckColor:
		c.color(step, a, a.Field.Name)
	case manifest.CheckColors:
		c.colors(step, a)
	case manifest.CheckWhole:
		c.whole(step, a)
	}
}

// maxHeaders bounds the headers of a request.
const maxHeaders = 64

func (c *checker) headers(step int, a *Argument) {
	elements := a.elements()
	if len(elements) > maxHeaders {
		c.fault(step, a, a.Field.Name, "has %d entries; a request takes %d", len(elements), maxHeaders)
	}
	seen := map[string]bool{}
	for i := range elements {
		e := &elements[i]
		path, name := a.Field.Name+"."+e.Key, strings.ToLower(e.Key)
		text, _ := e.Value.(string)
		switch {
		case !httpguts.ValidHeaderFieldName(e.Key):
			c.fault(step, e, a.Field.Name, "has an invalid header name: use ASCII letters, digits and hyphens")
		case seen[name]:
			c.fault(step, e, path, "appears twice: header names ignore case")
		case e.Form == Static && !httpguts.ValidHeaderFieldValue(text):
			c.fault(step, e, path, "has a line break or another control character, which a header cannot carry")
		}
		seen[name] = true
	}
}

func (c *checker) color(step int, a *Argument, path string) {
	if a.Form != Static {
		return
	}
	switch v := a.Value.(type) {
	case string:
		if _, err := colour.Parse(v); err != nil {
			c.fault(step, a, path, "is %s", err.Error())
		}
	case []any:
		inRange := func(part any) bool { n, ok := part.(int64); return !ok || n >= 0 && n <= 255 }
		for _, part := range v {
			if !inRange(part) {
				c.fault(step, a, path, "has a part that is not between 0 and 255")
				return
			}
		}
	}
}

// colors are checked only if the palette uses them.
func (c *checker) colors(step int, a *Argument) {
	palette, ok := c.plan.Steps[step].Argument("color_palette")
	if !ok || palette.Value != "CUSTOM" {
		return
	}
	for i, e := range a.elements() {
		c.color(step, &e, fieldPath(a.Field.Name, "", i))
	}
}

func (c *checker) whole(step int, a *Argument) {
	for _, e := range a.elements() {
		if e.Key == "stream" {
			c.fault(step, &e, a.Field.Name+".stream", "cannot be used: answers are taken in one piece")
		}
	}
}

// embedded refuses such texts, and references to credentials nested inside a value.
func (c *checker) embedded(step int, a *Argument) {
	all := a.elements()
	if len(all) == 0 {
		all = []Argument{*a}
	}
	for i := range all {
		if e := &all[i]; e.Form == Static && mention.Holds(a.Field, e.Value) {
			path := strings.TrimSuffix(a.Field.Name+"."+e.Key, ".")
			c.fault(step, e, path, "has a reference that is not followed there, and would be sent as it is written: a reference stands alone "+
				"($inputs.<name>), not in a list or an object; in a header after one word and a blank or = (sid=$credentials.<id>); join other text in a string_template step")
		}
	}
}

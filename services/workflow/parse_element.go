package workflow

import (
	"fmt"

	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// parser collects the parts of the document and its problems.
type parser struct {
	definition *Definition
	problems   Problems
}

func (p *parser) report(problem Problem) {
	if len(p.problems) < maxProblems {
		p.problems = append(p.problems, problem.Bounded())
	}
}

func (p *parser) syntax(pointer, step, field, format string, args ...any) {
	p.report(Problem{Kind: KindSyntax, Step: step, Field: field, Pointer: pointer, Message: fmt.Sprintf(format, args...)})
}

// element is one object of a list.
type element struct {
	*parser
	node    *document.Node
	pointer string
	list    string
	index   int
}

// where names the element in messages, by its name or its position.
func (e element) where(field string) string {
	return fmt.Sprintf("%s[%d].%s", e.list, e.index, field)
}

// text reads a required text.
func (e element) text(key string) (string, bool) {
	n := e.node.Get(key)
	pointer := document.Join(e.pointer, key)
	if n == nil {
		e.syntax(pointer, e.stepName(), e.where(key), "the key %s is missing", key)
		return "", false
	}
	if n.Kind != document.String {
		e.syntax(pointer, e.stepName(), e.where(key), "%s must be a string, not a %s", key, n.Kind)
		return "", false
	}
	return n.Text, true
}

func (e element) name() (string, bool) {
	name, ok := e.text("name")
	if ok && len(name) > maxName {
		e.report(Problem{Kind: KindLimit, Field: e.where("name"), Pointer: e.pointer + "/name", Message: fmt.Sprintf("a name has at most %d bytes", maxName)})
		return "", false
	}
	return name, ok
}

// stepName returns the step that a problem concerns. It is empty in lists other than steps.
func (e element) stepName() string {
	if n := e.node.Get("name"); e.list == "steps" && n != nil && n.Kind == document.String && len(n.Text) <= maxName {
		return n.Text
	}
	return ""
}

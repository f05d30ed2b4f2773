package plan

import (
	"fmt"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/compose"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// maxProblems bounds the reported problems of one document, maxOutputs the outputs that a
// step's configuration names.
const (
	maxProblems = 500
	maxOutputs  = 1000
)

// compiler is the state of a compilation.
type compiler struct {
	catalogue *manifest.Catalogue
	services  []string
	plan      *Plan
	problems  workflow.Problems
	// broken has the steps with problems. Problems that follow from them are not reported.
	broken map[int]bool
	// links are the references of all steps, in document order.
	links []link
	// targets are the step selectors of flow-control fields.
	targets []target
	// scopes has the scope of the references of each step.
	scopes    []*compose.Scope
	outermost *compose.Scope
	inner     []compose.Inner
	// copied counts the bytes of the constants that references to inner inputs stand for.
	copied int
}

func (c *compiler) report(p workflow.Problem) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, p.Bounded())
	}
}

// blame reports a problem of a step and marks it as broken.
func (c *compiler) blame(step int, kind workflow.Kind, field, pointer, format string, args ...any) {
	c.markBroken(step)
	s := &c.plan.Steps[step]
	c.report(workflow.Problem{
		Kind: kind, Step: s.Name, BlockType: s.Source.Type, Field: field, Pointer: pointer, Message: fmt.Sprintf(format, args...),
	})
}

// link is a reference in a step. It is resolved after all steps are known.
type link struct {
	step, argument int
	element        int // -1 when the argument itself is the reference
	selector       workflow.Selector
	accepts        []manifest.Type
	path, pointer  string
}

// target is a step selector in a flow-control field.
type target struct {
	step int
	// written is the selector as the block sees it.
	written       string
	field, key    string
	selector      workflow.Selector
	path, pointer string
}

func (c *compiler) markBroken(step int) {
	if c.broken == nil {
		c.broken = map[int]bool{}
	}
	c.broken[step] = true
}

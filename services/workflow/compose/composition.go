package compose

import "github.com/keyhole-dev/keyhole/services/workflow"

// Composition is a definition with the workflows inside of it.
type Composition struct {
	// Steps are in document order. The steps of an inner workflow stand in the place of the
	// step that holds it.
	Steps []Step
	// Inner are the steps that were replaced.
	Inner []Inner
	// Outermost is the scope of the document itself.
	Outermost *Scope

	problems workflow.Problems
}

// Step is a step of the composition, by its name there, with the scope of its references.
type Step struct {
	workflow.Step
	Scope *Scope
}

// Inner is a step that holds a workflow, by its name in the composition.
type Inner struct {
	Name   string
	Source workflow.Step
	Scope  *Scope
}

func (c *Composition) report(p workflow.Problem) { c.problems = append(c.problems, p.Bounded()) }

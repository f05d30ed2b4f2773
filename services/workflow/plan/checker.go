package plan

import "github.com/keyhole-dev/keyhole/services/workflow"

// checker checks the arguments of steps.
type checker struct {
	*compiler
	// arriving has the kinds of data that each place receives.
	arriving map[place][]string
}

func (c *checker) fault(step int, a *Argument, path, format string, args ...any) {
	c.blame(step, workflow.KindSyntax, path, a.Pointer, "%s "+format, append([]any{path}, args...)...)
}

// place is an element of a step.
type place struct {
	step int
	path string
}

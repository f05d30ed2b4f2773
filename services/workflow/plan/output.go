package plan

import (
	"fmt"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// outputs resolves the workflow's outputs.
func (c *compiler) outputs() {
	for _, source := range c.plan.Definition.Outputs {
		out := Output{Output: source, Input: -1, Step: -1}
		if !c.composedOutput(&out) {
			continue
		}
		if out.Selector.IsInput() {
			c.outputOfInput(&out)
		} else {
			c.outputOfStep(&out)
		}
		c.plan.Outputs = append(c.plan.Outputs, out)
	}
}

// composedOutput replaces a selector of an inner workflow's output. It returns false after a
// problem.
func (c *compiler) composedOutput(out *Output) bool {
	if out.Selector.IsInput() || !c.outermost.Holds(out.Selector.Step) {
		return true
	}
	if out.Selector.Output == manifest.AnyOutput {
		c.outputProblem(out, "all outputs of the inner workflow %q; name one of them in each output", out.Selector.Step)
		return false
	}
	m, problem := c.outermost.Resolve(out.Selector)
	switch {
	case problem != nil:
		c.outputProblem(out, "%s", problem.Message)
	case m.Node != nil:
		c.outputProblem(out, "the output %q of the inner workflow, which is a constant here and no result of a run", out.Selector.Output)
	default:
		out.Selector = m.Selector
		return true
	}
	return false
}

func (c *compiler) outputProblem(out *Output, format string, args ...any) {
	c.report(workflow.Problem{
		Kind: workflow.KindReference, Field: fmt.Sprintf("outputs[%d].selector", out.Index),
		Pointer: document.JoinIndex("/outputs", out.Index) + "/selector",
		Message: fmt.Sprintf("the output %q returns ", out.Name) + fmt.Sprintf(format, args...),
	})
}

func (c *compiler) outputOfInput(out *Output) {
	index, ok := c.plan.inputs[out.Selector.Input]
	if !ok {
		c.outputProblem(out, "the input %q, which is not declared", out.Selector.Input)
		return
	}
	out.Input, out.Kinds, out.Lineage = index, c.plan.Inputs[index].Kinds, c.plan.Inputs[index].Lineage
	c.edge(Edge{
		From: Node{Kind: InputNode, Index: index}, To: Node{Kind: OutputNode, Index: len(c.plan.Outputs)},
		Kinds: out.Kinds, Branch: -1,
	})
}

func (c *compiler) outputOfStep(out *Output) {
	index, ok := c.plan.steps[out.Selector.Step]
	if !ok {
		c.outputProblem(out, "an output of the step %q, which does not exist", out.Selector.Step)
		return
	}
	out.Step = index
	step := &c.plan.Steps[index]
	if step.Manifest == nil {
		return // reported as an unknown block
	}
	kinds, ok := step.Output(out.Selector.Output)
	if out.Selector.Output == manifest.AnyOutput {
		kinds, ok = []string{"dictionary"}, len(step.Outputs) > 0 || step.Wildcard
	}
	if !ok {
		if !c.broken[index] {
			c.outputProblem(out, "%s, but %s", out.Selector, outputsText(step))
		}
		return
	}
	out.Kinds = kinds
	c.edge(Edge{
		From: Node{Kind: StepNode, Index: index}, To: Node{Kind: OutputNode, Index: len(c.plan.Outputs)},
		Output: out.Selector.Output, Kinds: kinds, Branch: -1,
	})
}

// finishOutputs copies the lineages that dataflow has computed.
func (c *compiler) finishOutputs() {
	for i := range c.plan.Outputs {
		if out := &c.plan.Outputs[i]; out.Step >= 0 {
			out.Lineage = c.plan.Steps[out.Step].Lineage
		}
	}
	for i := range c.plan.Branches {
		c.plan.Branches[i].Lineage = c.plan.Steps[c.plan.Branches[i].Step].Lineage
	}
}

// finishInner lists the steps that were replaced, with the kinds of their outputs.
func (c *compiler) finishInner() {
	for _, inner := range c.inner {
		replaced := Inner{Name: inner.Name, Source: inner.Source}
		for _, out := range inner.Scope.Definition.Outputs {
			m, _ := inner.Scope.Resolve(out.Selector)
			replaced.Outputs = append(replaced.Outputs, manifest.Output{Name: out.Name, Kinds: c.plan.kindsOf(m.Selector)})
		}
		c.plan.Inner = append(c.plan.Inner, replaced)
	}
}

// kindsOf returns the kinds that a selector gives, those of anything if it is a constant.
func (p *Plan) kindsOf(selector workflow.Selector) []string {
	if i, ok := p.inputs[selector.Input]; ok {
		return p.Inputs[i].Kinds
	}
	if i, ok := p.steps[selector.Step]; ok {
		if kinds, ok := p.Steps[i].Output(selector.Output); ok {
			return kinds
		}
	}
	return []string{manifest.Any}
}

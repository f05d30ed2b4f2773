package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/compose"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// stepTargets reads a field that names the next steps: one selector, a list of them, or an
// object of selectors.
func (r *reader) stepTargets(node *document.Node) {
	if node == nil {
		return
	}
	switch node.Kind {
	case document.Array:
		for i, item := range node.Items {
			r.stepTarget(item, "", fieldPath(r.field.Name, "", i), document.JoinIndex(r.pointer, i))
		}
	case document.Object:
		for _, member := range node.Members {
			r.stepTarget(member.Value, member.Key, fieldPath(r.field.Name, member.Key, -1), document.Join(r.pointer, member.Key))
		}
	default:
		r.stepTarget(node, "", r.field.Name, r.pointer)
	}
	if !shapeFits(r.field, node.Kind) {
		r.fail(workflow.KindSyntax, r.field.Name, r.pointer, "%s must be %s", r.field.Name, manifest.Describe(r.field.Accepts))
	}
}

func shapeFits(field *manifest.Field, kind document.Kind) bool {
	for _, t := range field.Accepts {
		switch kind {
		case document.Array:
			if t.ListOf != nil {
				return true
			}
		case document.Object:
			if t.MapOf != nil {
				return true
			}
		case document.Null:
			if t.Literal == manifest.Null {
				return true
			}
		default:
			if t.Reference == manifest.StepTarget {
				return true
			}
		}
	}
	return false
}

func (r *reader) stepTarget(node *document.Node, key, path, pointer string) {
	if node.Kind == document.Null {
		return
	}
	selector, ok := workflow.ParseSelector(node.Text)
	if node.Kind != document.String || !ok || !strings.HasPrefix(node.Text, "$steps.") || !selector.IsStep() {
		r.fail(workflow.KindSyntax, path, pointer, "%s must name a step to continue with, like $steps.<step>", path)
		return
	}
	r.targets = append(r.targets, target{step: r.step, written: node.Text, field: r.field.Name, key: key, selector: selector, path: path, pointer: pointer})
}

// branches resolves the step selectors of flow control into branches and control edges. It
// starts with the innermost workflows, because a target outside of one stands for the steps
// that start it.
func (c *compiler) branches() {
	slices.SortStableFunc(c.targets, func(a, b target) int { return c.scopes[b.step].Depth - c.scopes[a.step].Depth })
	d := drawing{compiler: c, drawn: map[pair]target{}, known: map[branchAt]int{}, starts: map[*compose.Scope][]string{}}
	for _, t := range c.targets {
		names := d.entries(c.scopes[t.step], t.selector.Step)
		if len(names) == 0 {
			c.blame(t.step, workflow.KindReference, t.path, t.pointer, "%s continues with the step %q, whose workflow has no steps", t.path, t.selector.Step)
		}
		for _, name := range names {
			d.target(t, name)
		}
	}
}

// drawing draws the control edges.
type drawing struct {
	*compiler
	drawn map[pair]target
	known map[branchAt]int
	// starts are the steps with which inner workflows start.
	starts map[*compose.Scope][]string
}

// entries returns the names of the steps with which a flow-control target starts: the step
// itself, or those steps of an inner workflow that wait for none of its other steps. The
// control edges between these must have been drawn.
func (d drawing) entries(s *compose.Scope, target string) []string {
	inner, name := s.Target(target)
	if inner == nil {
		return []string{name}
	}
	if names, known := d.starts[inner]; known {
		return names
	}
	inside := func(step int) bool { return d.scopes[step].Within(inner) }
	var names []string
	for i := range d.plan.Steps {
		if inside(i) && !slices.ContainsFunc(d.plan.Steps[i].Predecessors, inside) {
			names = append(names, d.plan.Steps[i].Name)
		}
	}
	d.starts[inner] = names
	return names
}

// pair is a control edge, branchAt the position of a branch in its step.
type (
	pair     struct{ from, to int }
	branchAt struct {
		step       int
		field, key string
	}
)

func (d drawing) target(t target, name string) {
	to, ok := d.plan.steps[name]
	if !ok {
		d.blame(t.step, workflow.KindReference, t.path, t.pointer, "%s continues with the step %q, which does not exist; correct the name or add the step", t.path, t.selector.Step)
		return
	}
	if first, twice := d.drawn[pair{t.step, to}]; twice {
		kind := workflow.KindGraph
		if first.field != t.field || first.key != t.key { // two cases: the step itself contradicts its manifest
			kind = workflow.KindSyntax
		}
		d.blame(t.step, kind, t.path, t.pointer, "%s continues with the step %q, which another entry of this step names already; name it once", t.path, t.selector.Step)
		return
	}
	d.drawn[pair{t.step, to}] = t
	branch, ok := d.known[branchAt{t.step, t.field, t.key}]
	if !ok {
		branch = d.newBranch(t)
		d.known[branchAt{t.step, t.field, t.key}] = branch
	}
	if b := &d.plan.Branches[branch]; !slices.Contains(b.Written, t.written) {
		b.Written = append(b.Written, t.written)
	}
	d.gate(branch, to, t.path)
}

func (c *compiler) newBranch(t target) int {
	index := len(c.plan.Branches)
	step := &c.plan.Steps[t.step]
	label := fmt.Sprintf("Branch[$steps.%s -> %s", step.Name, t.field)
	if t.key != "" {
		label += "[" + t.key + "]"
	}
	c.plan.Branches = append(c.plan.Branches, Branch{Name: label + "]", Step: t.step, Field: t.field, Key: t.key})
	step.Opens = append(step.Opens, index)
	return index
}

func (c *compiler) gate(branch, to int, path string) {
	b := &c.plan.Branches[branch]
	b.Targets = append(b.Targets, to)
	c.plan.Steps[to].Gates = append(c.plan.Steps[to].Gates, branch)
	c.join(b.Step, to)
	c.edge(Edge{
		From: Node{Kind: StepNode, Index: b.Step}, To: Node{Kind: StepNode, Index: to},
		Field: path, Control: true, Branch: branch,
	})
}

package engine

import (
	"fmt"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Compile constructs the blocks of a plan. Its error lists every step that cannot be built.
func Compile(p *plan.Plan, registry Registry) (*Workflow, error) {
	w := &Workflow{plan: p, levels: []level{{parent: -1}}, unit: unit()}
	var problems workflow.Problems
	for i := range p.Inputs {
		w.inputs = append(w.inputs, w.planInput(&p.Inputs[i]))
	}
	w.steps = make([]stepPlan, len(p.Steps))
	for _, layer := range p.Layers {
		for _, i := range layer {
			if problem := w.planStep(i, registry); problem != nil {
				problems = append(problems, *problem)
			}
		}
	}
	for i := range p.Branches {
		w.branches = append(w.branches, w.planBranch(&p.Branches[i]))
	}
	for i := range p.Outputs {
		w.outputs = append(w.outputs, w.level(p.Outputs[i].Lineage))
		if lineage := p.Outputs[i].Lineage; len(lineage) > 0 && lineage[0] == plan.RootLevel {
			w.root = w.level(lineage[:1])
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return w, nil
}

// Concurrent is implemented by blocks whose calls for single elements may run concurrently.
// These are blocks that mostly wait for I/O.
type Concurrent interface {
	// Concurrency returns the largest number of concurrent calls.
	Concurrency() int
}

func (w *Workflow) planStep(i int, registry Registry) *workflow.Problem {
	p := &w.plan.Steps[i]
	s := &w.steps[i]
	*s = stepPlan{Step: p, width: 1, below: -1}
	s.step = Step{Name: p.Name, Type: p.Manifest.Type, Fields: w.fields(p), Reads: w.reads(i)}
	problem := workflow.Problem{Kind: workflow.KindSyntax, Step: p.Name, BlockType: p.Source.Type}
	// Sharing refuses such a run before it reserves anything. A block that never runs is in no
	// registry.
	if why := p.NotRunnable(); why != nil && p.Manifest.Runs() {
		problem.Message = "the step cannot run: " + why.Why()
		return &problem
	}
	construct, ok := registry[p.Manifest.Type]
	if !ok {
		problem.Message = fmt.Sprintf("the block %s cannot be run here: this runner does not have it", p.Manifest.Type)
		return &problem
	}
	block, err := construct(s.step)
	if err != nil {
		problem.Message = err.Error()
		return &problem
	}
	s.block = block
	if wide, ok := block.(Concurrent); ok {
		s.width = max(wide.Concurrency(), 1)
	}
	w.placeStep(s)
	return nil
}

// placeStep sets the levels that the step works on.
func (w *Workflow) placeStep(s *stepPlan) {
	deepest := s.ControlSupport
	for i := range s.Arguments {
		deepest = longest(deepest, &s.Arguments[i])
	}
	s.at = w.level(deepest[:min(s.ExecutionDimensionality, len(deepest))])
	if len(deepest) > s.ExecutionDimensionality {
		s.below = w.level(deepest)
	}
	for i := range s.Arguments {
		s.args = append(s.args, w.source(&s.Arguments[i], s))
	}
	s.out = w.level(s.Lineage)
	s.adds = s.Manifest.OutputOffset > 0
	s.spreads = !s.adds && s.out != 0 && s.out == s.below
	s.targets = map[string]int{}
	for _, branch := range s.Opens {
		for _, written := range w.plan.Branches[branch].Written {
			s.targets[written] = branch
		}
	}
}

func longest(so plan.Lineage, a *plan.Argument) plan.Lineage {
	if len(a.Lineage) > len(so) {
		so = a.Lineage
	}
	for i := range a.Elements {
		so = longest(so, &a.Elements[i])
	}
	return so
}

// fields returns the step's fields for its constructor, with selectors as text.
func (w *Workflow) fields(p *plan.Step) map[string]any {
	fields := make(map[string]any, len(p.Manifest.Fields))
	for i := range p.Arguments {
		fields[p.Arguments[i].Field.Name] = w.field(&p.Arguments[i])
	}
	for i := range p.Manifest.Fields {
		field := &p.Manifest.Fields[i]
		if !field.TargetsSteps() {
			continue
		}
		for _, key := range append([]string{field.Name}, field.Aliases...) {
			if node := p.Source.Node.Get(key); node != nil {
				fields[field.Name] = node.Value()
				break
			}
		}
	}
	return fields
}

// reads returns the outputs of a step that are read, each once.
func (w *Workflow) reads(step int) []string {
	var names []string
	from := plan.Node{Kind: plan.StepNode, Index: step}
	for i := range w.plan.Edges {
		e := &w.plan.Edges[i]
		if e.From == from && !e.Control && !slices.Contains(names, e.Output) {
			names = append(names, e.Output)
		}
	}
	return names
}

// fieldPrefix returns the host before an address that is a credential.
func (w *Workflow) fieldPrefix(a *plan.Argument) string {
	if a.Field != nil && a.Field.Credential != nil && a.Field.Credential.Scheme == manifest.SchemeURL {
		return a.Prefix
	}
	return ""
}

func (w *Workflow) field(a *plan.Argument) any {
	switch a.Form {
	case plan.Static:
		return a.Value
	case plan.Slot:
		return value.Placeholder(w.fieldPrefix(a)) + SlotMark
	case plan.FromInput:
		return "$inputs." + w.plan.Inputs[a.Input].Name
	case plan.FromStep:
		return "$steps." + w.plan.Steps[a.Step].Name + "." + a.Output
	case plan.MapOf:
		object := make(map[string]any, len(a.Elements))
		for i := range a.Elements {
			object[a.Elements[i].Key] = w.field(&a.Elements[i])
		}
		return object
	}
	list := make([]any, len(a.Elements))
	for i := range a.Elements {
		list[i] = w.field(&a.Elements[i])
	}
	return list
}

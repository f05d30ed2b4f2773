package plan

import (
	"maps"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/compose"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// RootLevel is the first level in the lineage of all data that derives from batch inputs.
const RootLevel = "<workflow_input>"

// Lineage names the origin of each level of a batch value, outermost first; empty for a scalar.
type Lineage []string

// Dimensionality returns the number of levels.
func (l Lineage) Dimensionality() int { return len(l) }

// Equal compares level by level.
func (l Lineage) Equal(o Lineage) bool { return slices.Equal(l, o) }

// IsPrefixOf reports whether o is l or a descendant of l.
func (l Lineage) IsPrefixOf(o Lineage) bool {
	return len(l) <= len(o) && slices.Equal(l, o[:len(l)])
}

// Plan is a compiled definition. It is immutable and safe for concurrent runs.
type Plan struct {
	Definition *workflow.Definition
	Inputs     []Input
	// Steps are in document order; all other indices of steps point into it. The steps of an
	// inner workflow stand in the place of the step that holds it, which is in Inner.
	Steps   []Step
	Inner   []Inner
	Outputs []Output
	// Branches are the branches of flow-control steps.
	Branches []Branch
	// Layers are the steps by longest distance from the start. Steps of one layer do not
	// depend on each other.
	Layers [][]int
	// Edges are the edges of the graph view.
	Edges []Edge

	inputs, steps map[string]int
}

// InnerWorkflow is the type of the step that holds another workflow.
const InnerWorkflow = compose.InnerWorkflow

// Inner is a step that was replaced by the steps of the workflow that it holds.
type Inner struct {
	// Name is the step's name, with those of the steps around it: "<outer>__<step>".
	Name    string
	Source  workflow.Step
	Outputs []manifest.Output
}

// Input is a workflow input with the lineage of its value, empty for parameters.
type Input struct {
	workflow.Input
	Lineage Lineage
}

// Step is one step, ready to execute.
type Step struct {
	Index    int
	Name     string
	Manifest *manifest.Manifest
	// Source is the step as written.
	Source workflow.Step
	// Arguments holds every field of the manifest in order, with defaults filled in. Fields
	// that name steps are in Branches instead.
	Arguments []Argument
	// Outputs are the actual outputs, dynamic ones included. Wildcard is set when any name is an output.
	Outputs  []manifest.Output
	Wildcard bool
	// Lineage is the lineage of every output. It is empty if the outputs are scalars.
	Lineage Lineage
	// DataLineage is the lineage at which the step's data meets, before the output offset.
	DataLineage Lineage
	// ExecutionDimensionality is the depth of the indices over which the step runs; 0 runs
	// it once.
	ExecutionDimensionality int
	// ControlSupport is the lineage that a step without batch data takes from its gates;
	// nil for other steps. The step runs once for each index that is left.
	ControlSupport Lineage
	// SIMD steps run over indices; others run once. A step whose only batches are cast
	// scalars is not SIMD: it runs once and gets batches of one element.
	SIMD bool
	// Batched steps are run once for all indices, with whole batches as arguments.
	Batched bool
	// Gates are the branches that must be open, as indices of Plan.Branches.
	Gates []int
	// Opens are the branches that this flow-control step decides on.
	Opens []int
	// Layer is the step's position in Plan.Layers.
	Layer int
	// Predecessors and Successors are steps joined by data or control, sorted, no repeats.
	Predecessors, Successors []int
}

// Form is the source of an argument's value.
type Form uint8

// The forms of an argument.
const (
	// Static: Value is the constant.
	Static Form = iota
	// FromInput: the value of Plan.Inputs[Input].
	FromInput
	// FromStep: output Output of Plan.Steps[Step].
	FromStep
	// ListOf and MapOf: Elements, each static, a slot or a source; for maps with Key.
	ListOf
	MapOf
	// Slot: the egress inserts a credential here. The argument itself has no value.
	Slot
)

// Argument is one argument of a step's run.
type Argument struct {
	// Field is the manifest's field, by its canonical name. Nil in elements.
	Field *manifest.Field
	// Key is the key of a map's element.
	Key  string
	Form Form
	// Value is the constant of a static argument, coerced by the field; for query fields it
	// is the compiled query.
	Value any
	// Input indexes Plan.Inputs; Step and Output name a step's output.
	Input  int
	Step   int
	Output string
	// Credential is the id of the owner's credential bound to a slot, empty when unbound.
	Credential string
	// Prefix precedes the credential of a slot, or of an input that holds one.
	Prefix string
	// Elements of a list or map.
	Elements []Argument
	// Lineage of the referenced value, empty for scalars and constants.
	Lineage Lineage
	// Cast tells the executor to broadcast a scalar to the step's indices because the
	// field takes batches only. Set on the argument and on each scalar element of it.
	Cast bool
	// CastDimensionality is the depth to which a Cast argument is broadcast. CastLineage is
	// the lineage whose indices it takes, nil if no data of the step has that depth.
	CastDimensionality int
	CastLineage        Lineage
	// Substituted marks a scalar field that is exactly one workflow parameter. Its value
	// must be checked with Field.Coerce before the run, because only the use of a parameter
	// gives it a type.
	Substituted bool
	// Pointer is the JSON pointer of the value in the document, empty for a default.
	Pointer string
}

// IsBatch reports whether the referenced data has levels, or whether any element of a list
// or map does.
func (a *Argument) IsBatch() bool {
	if len(a.Lineage) > 0 {
		return true
	}
	for i := range a.Elements {
		if len(a.Elements[i].Lineage) > 0 {
			return true
		}
	}
	return false
}

// Branch is one branch of a flow-control step.
type Branch struct {
	// Name is "Branch[$steps.<step> -> <field>]", with "[<key>]" for maps and lists of their own.
	Name string
	// Step is the flow-control step that opens it.
	Step int
	// Field and Key are the position of the targets.
	Field, Key string
	// Targets are the steps gated by it, Written the selectors that name them in the step.
	Targets []int
	Written []string
	// Lineage is the lineage of the step's decision. It is empty if the step decides once.
	Lineage Lineage
}

// Output is a workflow output.
type Output struct {
	workflow.Output
	// Input indexes Plan.Inputs, or is -1.
	Input int
	// Step indexes Plan.Steps, or is -1. Selector.Output names its output, "*" for all.
	Step int
	// Kinds of the value; for "*" those of an object.
	Kinds   []string
	Lineage Lineage
}

// NodeKind is the kind of an edge's end.
type NodeKind uint8

// The nodes of the graph.
const (
	InputNode NodeKind = iota
	StepNode
	OutputNode
)

// Node is one end of an edge.
type Node struct {
	Kind  NodeKind
	Index int
}

// Edge joins two nodes. Control edges carry no data.
type Edge struct {
	From, To Node
	// Field is the field at To, Output the output at From.
	Field, Output string
	// Kinds are the kinds of the data, Wanted those that the field accepts.
	Kinds, Wanted []string
	Control       bool
	// Branch indexes Plan.Branches for control edges, -1 for data.
	Branch int
}

// Input returns the index of an input by name.
func (p *Plan) Input(name string) (int, bool) { i, ok := p.inputs[name]; return i, ok }

// Step returns the index of a step by name.
func (p *Plan) Step(name string) (int, bool) { i, ok := p.steps[name]; return i, ok }

// NotRunnable says why the step cannot run; nil if it can.
func (s *Step) NotRunnable() *manifest.NotRunnable {
	return s.Manifest.NotRunnableIn(func(field string) any {
		if a, ok := s.Argument(field); ok && a.Form == Static {
			return a.Value
		}
		return nil
	})
}

// Argument returns the argument of a field by the field's canonical name.
func (s *Step) Argument(field string) (*Argument, bool) {
	for i := range s.Arguments {
		if s.Arguments[i].Field.Name == field {
			return &s.Arguments[i], true
		}
	}
	return nil, false
}

// Output returns the kinds of a named output.
func (s *Step) Output(name string) ([]string, bool) {
	for _, o := range s.Outputs {
		if o.Name == name {
			return o.Kinds, true
		}
	}
	if s.Wildcard {
		return []string{manifest.Any}, true
	}
	return nil, false
}

// elements returns the elements of a list or a map, in order, even of a constant.
func (a *Argument) elements() []Argument {
	if len(a.Elements) > 0 {
		return a.Elements
	}
	var out []Argument
	switch v := a.Value.(type) {
	case []any:
		for i, item := range v {
			out = append(out, Argument{Value: item, Pointer: document.JoinIndex(a.Pointer, i)})
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(out, Argument{Key: key, Value: v[key], Pointer: document.Join(a.Pointer, key)})
		}
	}
	return out
}

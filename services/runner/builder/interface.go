package builder

import (
	"encoding/json"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// Validate answers that a definition is valid, or returns its problems.
func (b *Builder) Validate(definition []byte) ([]byte, workflow.Problems, error) {
	if _, problems := b.load(definition); len(problems) > 0 {
		return nil, problems, nil
	}
	answer, err := document.Marshal(object{"status": "ok"})
	return answer, nil, err
}

// load compiles a definition, also one in the wrapper of Roboflow's clients.
func (b *Builder) load(definition []byte) (*plan.Plan, workflow.Problems) {
	bare, problems := workflow.Unwrap(definition)
	if len(problems) > 0 {
		return nil, problems
	}
	p, _, problems := plan.Load(bare, b.manifests)
	return p, problems
}

// Interface describes the inputs and outputs of a definition with their kinds.
func (b *Builder) Interface(definition []byte) ([]byte, workflow.Problems, error) {
	p, problems := b.load(definition)
	if len(problems) > 0 {
		return nil, problems, nil
	}
	inputs, problems := inputKinds(p)
	if len(problems) > 0 {
		return nil, problems, nil
	}
	outputs := object{}
	for i := range p.Outputs {
		outputs[p.Outputs[i].Name] = outputKinds(p, &p.Outputs[i])
	}
	hints, schemas := describeKinds(used(inputs, outputs))
	answer, err := document.Marshal(object{"inputs": inputs, "outputs": outputs, "typing_hints": hints, "kinds_schemas": schemas})
	return answer, nil, err
}

// inputKinds returns the kinds that all uses of each input accept. It is a problem if the
// uses have no kind in common, or do not accept what the input declares.
func inputKinds(p *plan.Plan) (map[string][]string, workflow.Problems) {
	first, all := make([]*plan.Edge, len(p.Inputs)), make([][]string, len(p.Inputs))
	var problems workflow.Problems
	for i := range p.Edges {
		e := &p.Edges[i]
		if e.From.Kind != plan.InputNode || e.To.Kind != plan.StepNode || e.Control {
			continue
		}
		at := e.From.Index
		switch {
		case first[at] == nil:
			first[at] = e
		case !match(first[at].Wanted, e.Wanted):
			problems = append(problems, incompatible(p, first[at], e))
		}
		all[at] = append(all[at], e.Wanted...)
	}
	out := map[string][]string{}
	for at, in := range p.Inputs {
		kinds := all[at]
		if len(kinds) == 0 {
			kinds = []string{manifest.Any}
		}
		slices.Sort(kinds)
		out[in.Name] = slices.Compact(kinds)
	}
	return out, problems
}

func match(a, b []string) bool {
	return slices.Contains(a, manifest.Any) || slices.Contains(b, manifest.Any) ||
		slices.ContainsFunc(a, func(kind string) bool { return slices.Contains(b, kind) })
}

func incompatible(p *plan.Plan, first, second *plan.Edge) workflow.Problem {
	one, two := &p.Steps[first.To.Index], &p.Steps[second.To.Index]
	return workflow.Problem{
		Kind: workflow.KindDefinition, Step: two.Name, BlockType: two.Manifest.Type, Field: second.Field,
		Message: "the input \"" + p.Inputs[first.From.Index].Name + "\" is used as two kinds that have nothing in common: by " +
			one.Name + "." + first.Field + " and by " + two.Name + "." + second.Field + "; give each its own input",
	}
}

// outputKinds returns the kinds of an output, or those of each output of a step.
func outputKinds(p *plan.Plan, o *plan.Output) any {
	if o.Step < 0 || o.Selector.Output != manifest.AnyOutput {
		return o.Kinds
	}
	all := map[string][]string{}
	for _, out := range p.Steps[o.Step].Outputs {
		all[out.Name] = out.Kinds
	}
	return all
}

// used returns the kinds of an interface, sorted.
func used(inputs map[string][]string, outputs object) []string {
	var kinds []string
	for _, of := range inputs {
		kinds = append(kinds, of...)
	}
	for _, of := range outputs {
		switch of := of.(type) {
		case []string:
			kinds = append(kinds, of...)
		case map[string][]string:
			for _, one := range of {
				kinds = append(kinds, one...)
			}
		}
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// StepOutputs describes the outputs of one step, with those that its fields name.
func (b *Builder) StepOutputs(step []byte) ([]byte, workflow.Problems, error) {
	var source struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(step, &source); err != nil {
		return nil, refuse(workflow.KindSyntax, "the body must be the JSON object of one step"), nil //nolint:nilerr // a problem says it
	}
	m, ok := b.manifests.Find(source.Type)
	if !ok {
		return nil, refuse(workflow.KindSyntax, "no block has this type; GET /v1/blocks lists all blocks"), nil
	}
	outputs := []any{}
	for _, o := range outputsOf(m, step) {
		outputs = append(outputs, describeOutput(o))
	}
	answer, err := document.Marshal(outputs)
	return answer, nil, err
}

func refuse(kind workflow.Kind, message string) workflow.Problems {
	return workflow.Problems{{Kind: kind, Field: "type", Message: message}}
}

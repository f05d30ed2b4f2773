package definition

import (
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/redact"
	"github.com/keyhole-dev/keyhole/services/workflow/signature"
)

// Sizes of the boxes of the graph in pixels. The layout sets their distances.
const (
	nodeWidth  = 200
	nodeHeight = 64
	margin     = 20
)

// describe sets the parts of the analysis that people see.
func (a *Analysis) describe(p *plan.Plan, report inspect.Report, catalogue *manifest.Catalogue) {
	for i := range a.Slots {
		a.Slots[i].place(p)
	}
	own, credentials := signature.Of(p, report), signature.CredentialInputs(p, report)
	a.OwnInterface = a.interfaceOf(own)
	a.VisitorInterface = a.interfaceOf(own)
	for _, in := range credentials {
		a.VisitorInterface.Inputs = append(a.VisitorInterface.Inputs, a.credentialInput(in))
	}
	a.Graph, a.Steps = graphOf(redact.GraphOf(p)), stepsOf(p)
	a.Redacted = redact.Definition(p, catalogue, redact.Options{})
}

// place sets the place in a request of a credential that an input brings. The report of
// the plan has it for bound slots only.
func (s *Slot) place(p *plan.Plan) {
	at, ok := p.Step(s.Step)
	if s.Input == "" || !ok {
		return
	}
	name, element, _ := strings.Cut(s.Field, ".")
	field, ok := p.Steps[at].Manifest.Field(name)
	if !ok || field.Credential == nil {
		return
	}
	s.scheme, s.parameter = string(field.Credential.Scheme), field.Credential.Parameter
	if element != "" {
		s.parameter = inspect.Parameter(field.Credential.Scheme, element)
	}
}

func (a *Analysis) interfaceOf(s signature.Signature) *sharingv1.Interface {
	out := &sharingv1.Interface{}
	for _, in := range s.Inputs {
		out.Inputs = append(out.Inputs, a.input(in))
	}
	for _, o := range s.Outputs {
		out.Outputs = append(out.Outputs, &sharingv1.Output{Name: o.Name, Kinds: o.Kinds})
	}
	return out
}

func (a *Analysis) input(in signature.Input) *sharingv1.Input {
	out := &sharingv1.Input{Name: in.Name, Type: string(in.Type), Kinds: in.Kinds, Required: in.Required}
	if in.HasDefault && !in.Secret { // a default that feeds a slot may be a secret
		out.DefaultValue = in.DefaultText
	}
	for _, s := range a.Slots {
		if s.Input == in.Name {
			out.Credential, out.Provider = true, s.Provider
			out.Destination, out.KnownProvider = Display(s.Destination), knownHosts[s.Destination]
			out.Slots = append(out.Slots, s.Path())
		}
	}
	return out
}

func (a *Analysis) credentialInput(in signature.Input) *sharingv1.Input {
	c := in.Credential
	out := &sharingv1.Input{
		Name: in.Name, Type: "Credential", Kinds: in.Kinds, Required: true, Credential: true, Provider: c.Provider,
		Destination: Display(c.Destination), KnownProvider: knownHosts[c.Destination],
		Description: "Your own credential for " + c.Provider + ". It is sent to " + Display(c.Destination) + " and kept for this run only.",
	}
	for _, slot := range c.Slots {
		out.Slots = append(out.Slots, slot.Step+"."+slot.Field)
		for i := range a.Slots {
			if a.Slots[i].Step == slot.Step && a.Slots[i].Field == slot.Field {
				a.Slots[i].VisitorInput = in.Name
			}
		}
	}
	return out
}

// Sketch returns the graph and the steps of a definition with problems, as far as they can
// be read.
func (c *Cache) Sketch(raw []byte) (*sharingv1.Graph, []*sharingv1.InspectedStep) {
	d, _ := workflow.Parse(raw)
	if d == nil {
		return nil, nil
	}
	p := plan.Sketch(d, c.catalogue, c.services...)
	return graphOf(redact.GraphOf(p)), stepsOf(p)
}

func stepsOf(p *plan.Plan) []*sharingv1.InspectedStep {
	var out []*sharingv1.InspectedStep
	for i := range p.Steps {
		s := &p.Steps[i]
		step := &sharingv1.InspectedStep{Name: s.Name, BlockType: s.Source.Type}
		if s.Manifest != nil {
			step.BlockType = s.Manifest.Type
		}
		step.Outputs = outputsOf(s.Outputs)
		out = append(out, step)
	}
	for _, inner := range p.Inner {
		out = append(out, &sharingv1.InspectedStep{Name: inner.Name, BlockType: plan.InnerWorkflow, Outputs: outputsOf(inner.Outputs)})
	}
	return out
}

func outputsOf(list []manifest.Output) []*sharingv1.Output {
	var out []*sharingv1.Output
	for _, o := range list {
		out = append(out, &sharingv1.Output{Name: o.Name, Kinds: o.Kinds})
	}
	return out
}

// graphOf converts the centers of boxes to their upper left corners, none below 0.
func graphOf(g redact.Graph) *sharingv1.Graph {
	out := &sharingv1.Graph{}
	for _, n := range g.Nodes {
		x, y := n.X+margin, n.Y+margin
		label := n.Name
		if n.Title != "" && n.Title != n.Name {
			label = n.Name + " · " + n.Title
		}
		out.Nodes = append(out.Nodes, &sharingv1.GraphNode{
			Id: n.ID, Label: label, Type: n.Type, Category: n.Category, X: x, Y: y, Width: nodeWidth, Height: nodeHeight, NotRunnable: n.NotRunnable,
		})
		out.Width, out.Height = max(out.Width, x+nodeWidth+margin), max(out.Height, y+nodeHeight+margin)
	}
	for _, e := range g.Edges {
		out.Edges = append(out.Edges, &sharingv1.GraphEdge{
			Source: e.From, Target: e.To, SourcePort: e.Output, TargetPort: e.Field, Kinds: e.Kinds, Control: e.Control,
		})
	}
	return out
}

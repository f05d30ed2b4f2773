package sharing

import (
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/redact"
	"github.com/keyhole-dev/keyhole/services/workflow/signature"
)

// Sizes of the graph's boxes, in px; the layout gives their distances.
const (
	nodeWidth  = 200
	nodeHeight = 64
	margin     = 20
)

// describe fills in what people see of the definition.
func (a *analysis) describe(p *plan.Plan, report inspect.Report, catalogue *manifest.Catalogue) {
	for i := range a.slots {
		a.slots[i].place(p)
	}
	own, credentials := signature.Of(p, report), signature.CredentialInputs(p, report)
	a.own = a.interfaceOf(own)
	a.visitor = a.interfaceOf(own)
	for _, in := range credentials {
		a.visitor.Inputs = append(a.visitor.Inputs, a.credentialInput(in))
	}
	a.graph = graphOf(redact.GraphOf(p))
	a.redacted = redact.Definition(p, catalogue, redact.Options{})
}

// place says where in a request a credential goes that an input brings: the plan
// tells it of slots only.
func (s *slot) place(p *plan.Plan) {
	at, ok := p.Step(s.step)
	if s.input == "" || !ok {
		return
	}
	name, element, _ := strings.Cut(s.field, ".")
	field, ok := p.Steps[at].Manifest.Field(name)
	if !ok || field.Credential == nil {
		return
	}
	s.scheme, s.parameter = string(field.Credential.Scheme), field.Credential.Parameter
	if element != "" {
		s.parameter = inspect.Parameter(field.Credential.Scheme, element)
	}
}

func (a *analysis) interfaceOf(s signature.Signature) *sharingv1.Interface {
	out := &sharingv1.Interface{}
	for _, in := range s.Inputs {
		out.Inputs = append(out.Inputs, a.input(in))
	}
	for _, o := range s.Outputs {
		out.Outputs = append(out.Outputs, &sharingv1.Output{Name: o.Name, Kinds: o.Kinds})
	}
	return out
}

func (a *analysis) input(in signature.Input) *sharingv1.Input {
	out := &sharingv1.Input{Name: in.Name, Type: string(in.Type), Kinds: in.Kinds, Required: in.Required}
	if in.HasDefault && !in.Secret { // what feeds a slot has no default that could be shown
		out.DefaultValue = in.DefaultText
	}
	for _, s := range a.slots {
		if s.input == in.Name {
			out.Credential, out.Provider = true, s.provider
			out.Destination, out.KnownProvider = display(s.destination), knownHosts[s.destination]
			out.Slots = append(out.Slots, s.path())
		}
	}
	return out
}

func (a *analysis) credentialInput(in signature.Input) *sharingv1.Input {
	c := in.Credential
	out := &sharingv1.Input{
		Name: in.Name, Type: "Credential", Kinds: in.Kinds, Required: true, Credential: true, Provider: c.Provider,
		Destination: display(c.Destination), KnownProvider: knownHosts[c.Destination],
		Description: "Your own credential for " + c.Provider + ". It is sent to " + display(c.Destination) + " and kept for this run alone.",
	}
	for _, slot := range c.Slots {
		out.Slots = append(out.Slots, slot.Step+"."+slot.Field)
		for i := range a.slots {
			if a.slots[i].step == slot.Step && a.slots[i].field == slot.Field {
				a.slots[i].visitorInput = in.Name
			}
		}
	}
	return out
}

// graphOf turns the middles of boxes into their left upper edges, none below 0.
func graphOf(g redact.Graph) *sharingv1.Graph {
	out := &sharingv1.Graph{}
	for _, n := range g.Nodes {
		x, y := n.X+margin, n.Y+margin
		label := n.Name
		if n.Title != "" && n.Title != n.Name {
			label = n.Name + " · " + n.Title
		}
		out.Nodes = append(out.Nodes, &sharingv1.GraphNode{
			Id: n.ID, Label: label, Type: n.Type, Category: n.Category, X: x, Y: y, Width: nodeWidth, Height: nodeHeight,
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

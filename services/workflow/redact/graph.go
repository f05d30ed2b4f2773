package redact

import (
	"github.com/keyhole-dev/keyhole/services/workflow/layout"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// Graph is the data of a graph view. It has names, types and kinds, but no values.
type Graph struct {
	Nodes []Node
	Edges []Edge
}

// Node is one node of the graph.
type Node struct {
	// ID is unique in the graph: "inputs.<name>", "steps.<name>" or "outputs.<name>".
	ID   string
	Name string
	// Type is the input's or the block's canonical type; Title and Category are the block's.
	Type, Title, Category string
	Kinds                 []string
	X, Y                  float64
	// NotRunnable says why a step cannot run; "" if it can.
	NotRunnable string
}

// Edge is one edge of the graph, between the IDs of two nodes.
type Edge struct {
	From, To string
	// Output at From and Field at To.
	Output, Field string
	Kinds         []string
	// Control edges carry a decision and no data.
	Control bool
}

// GraphOf returns the graph of a plan or a sketch.
func GraphOf(p *plan.Plan) Graph {
	places := layout.Of(p)
	var g Graph
	for i, in := range p.Inputs {
		g.Nodes = append(g.Nodes, Node{
			ID: "inputs." + in.Name, Name: in.Name, Type: string(in.Type), Title: in.Name, Category: "input", Kinds: in.Kinds,
			X: places.Inputs[i].X, Y: places.Inputs[i].Y,
		})
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		n := Node{ID: "steps." + s.Name, Name: s.Name, Type: s.Source.Type, X: places.Steps[i].X, Y: places.Steps[i].Y}
		if m := s.Manifest; m != nil { // a sketch may have a step of an unknown block
			n.Type, n.Title, n.Category, n.NotRunnable = m.Type, m.Title, m.Category, whyNot(s)
		}
		g.Nodes = append(g.Nodes, n)
	}
	for i, out := range p.Outputs {
		g.Nodes = append(g.Nodes, Node{
			ID: "outputs." + out.Name, Name: out.Name, Type: "JsonField", Title: out.Name, Category: "output", Kinds: out.Kinds,
			X: places.Outputs[i].X, Y: places.Outputs[i].Y,
		})
	}
	for _, e := range p.Edges {
		g.Edges = append(g.Edges, Edge{
			From: nodeID(p, e.From), To: nodeID(p, e.To), Output: e.Output, Field: e.Field, Kinds: e.Kinds, Control: e.Control,
		})
	}
	return g
}

func whyNot(s *plan.Step) string {
	if why := s.NotRunnable(); why != nil {
		return why.Why()
	}
	return ""
}

func nodeID(p *plan.Plan, n plan.Node) string {
	switch n.Kind {
	case plan.InputNode:
		return "inputs." + p.Inputs[n.Index].Name
	case plan.StepNode:
		return "steps." + p.Steps[n.Index].Name
	default:
		return "outputs." + p.Outputs[n.Index].Name
	}
}

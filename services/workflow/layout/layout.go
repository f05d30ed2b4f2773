// Package layout places the nodes of a workflow for a graph view: inputs on the left, steps
// in columns by their distance from the start, outputs on the right. The same plan always
// has the same layout. The time is linear in nodes and edges, plus the sorting of each
// column.
package layout

import (
	"cmp"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// Distances between the centres of nodes, in CSS pixels.
const (
	ColumnWidth = 280
	RowHeight   = 110
)

// Position is the centre of a node.
type Position struct{ X, Y float64 }

// Layout has a position for each input, step and output, by index.
type Layout struct {
	Inputs, Steps, Outputs []Position
}

// sweeps is the number of passes that improve the order within columns. More passes change
// little.
const sweeps = 4

// Of places the nodes of a plan.
func Of(p *plan.Plan) Layout {
	g := build(p)
	for range sweeps {
		g.order(1, len(g.columns), 1, g.before)
		g.order(len(g.columns)-2, -1, -1, g.after)
	}
	// The last pass orders by predecessors, which draws trees without crossings.
	g.order(1, len(g.columns), 1, g.before)
	return g.place(p)
}

// graph numbers all nodes: inputs, then steps, then outputs.
type graph struct {
	columns       [][]int
	before, after [][]int
	// rank is a node's position within its column, from -0.5 to 0.5, so that columns of
	// different length are comparable.
	rank []float64
}

func build(p *plan.Plan) *graph {
	inputs, steps := len(p.Inputs), len(p.Steps)
	total := inputs + steps + len(p.Outputs)
	g := &graph{
		columns: make([][]int, len(p.Layers)+2), before: make([][]int, total), after: make([][]int, total), rank: make([]float64, total),
	}
	offset := map[plan.NodeKind]int{plan.InputNode: 0, plan.StepNode: inputs, plan.OutputNode: inputs + steps}
	for i := range p.Inputs {
		g.columns[0] = append(g.columns[0], i)
	}
	for i := range p.Steps {
		column := p.Steps[i].Layer + 1
		g.columns[column] = append(g.columns[column], inputs+i)
	}
	for i := range p.Outputs {
		g.columns[len(g.columns)-1] = append(g.columns[len(g.columns)-1], inputs+steps+i)
	}
	for _, e := range p.Edges {
		from, to := offset[e.From.Kind]+e.From.Index, offset[e.To.Kind]+e.To.Index
		g.before[to] = append(g.before[to], from)
		g.after[from] = append(g.after[from], to)
	}
	for _, column := range g.columns {
		g.number(column)
	}
	return g
}

func (g *graph) number(column []int) {
	for place, node := range column {
		g.rank[node] = (float64(place)+0.5)/float64(len(column)) - 0.5
	}
}

// order sorts the columns from one end to the other by the mean rank of each node's
// neighbours.
func (g *graph) order(from, to, by int, neighbours [][]int) {
	for c := from; c != to && c >= 0; c += by {
		column := g.columns[c]
		middle := make(map[int]float64, len(column))
		for _, node := range column {
			middle[node] = g.middle(node, neighbours[node])
		}
		slices.SortStableFunc(column, func(a, b int) int {
			return cmp.Or(cmp.Compare(middle[a], middle[b]), cmp.Compare(a, b))
		})
		g.number(column)
	}
}

func (g *graph) middle(node int, neighbours []int) float64 {
	if len(neighbours) == 0 {
		return g.rank[node]
	}
	sum := 0.0
	for _, n := range neighbours {
		sum += g.rank[n]
	}
	return sum / float64(len(neighbours))
}

func (g *graph) place(p *plan.Plan) Layout {
	tallest := 0
	for _, column := range g.columns {
		tallest = max(tallest, len(column))
	}
	all := make([]Position, len(g.rank))
	for c, column := range g.columns {
		top := float64(tallest-len(column)) / 2 * RowHeight
		for row, node := range column {
			all[node] = Position{X: float64(c) * ColumnWidth, Y: top + float64(row)*RowHeight}
		}
	}
	inputs, steps := len(p.Inputs), len(p.Steps)
	return Layout{Inputs: all[:inputs], Steps: all[inputs : inputs+steps], Outputs: all[inputs+steps:]}
}

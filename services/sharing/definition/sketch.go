package definition

import (
	"math"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/workflow/layout"
)

// maxSketchNodes bounds the boxes of an outline: a list shows many outlines, each a few
// centimetres wide.
const maxSketchNodes = 40

// Outline returns the outline of a graph, from the first boxes of the document.
func Outline(g *sharingv1.Graph) *sharingv1.Sketch {
	out := &sharingv1.Sketch{}
	index := map[string]int32{}
	for _, n := range g.GetNodes() {
		if len(out.Nodes) == maxSketchNodes {
			break
		}
		index[n.GetId()] = int32(len(out.Nodes))
		out.Nodes = append(out.Nodes, &sharingv1.SketchNode{
			Column: int32(math.Round((n.GetX() - margin) / layout.ColumnWidth)), Row: (n.GetY() - margin) / layout.RowHeight,
			Category: n.GetCategory(),
		})
	}
	out.More = int32(len(g.GetNodes()) - len(out.Nodes))
	type line struct{ from, to int32 } // several fields of a step may come from one other
	drawn := map[line]bool{}
	for _, e := range g.GetEdges() {
		from, known := index[e.GetSource()]
		to, both := index[e.GetTarget()]
		if !known || !both || drawn[line{from, to}] {
			continue
		}
		drawn[line{from, to}] = true
		out.Edges = append(out.Edges, &sharingv1.SketchEdge{Source: from, Target: to})
	}
	return out
}

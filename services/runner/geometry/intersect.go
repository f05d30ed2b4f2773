package geometry

import (
	"cmp"
	"math"
	"slices"
)

// Budget is the work that a computation may still do. It is negative once the computation was
// given up.
type Budget int

// Spend takes a share of the budget and reports whether there was enough.
func (b *Budget) Spend(n int) bool {
	*b -= Budget(n)
	return *b >= 0
}

// edge is a side of a polygon from its upper to its lower end.
type edge struct {
	top, bottom Point
	second      bool // of the second polygon
}

func (e edge) at(y float64) float64 {
	return e.top.X + (e.bottom.X-e.top.X)*(y-e.top.Y)/(e.bottom.Y-e.top.Y)
}

// Intersection returns the area that two polygons share. Between two rows in which no edge
// begins, ends or crosses another edge, the shared width is a linear function of the row. So
// the width in the middle gives the area exactly. The result is NaN if the budget is
// exhausted.
func Intersection(a, b []Point, budget *Budget) float64 {
	edges := append(edgesOf(a, false), edgesOf(b, true)...)
	rows := make([]float64, 0, 2*len(edges))
	for _, e := range edges {
		rows = append(rows, e.top.Y, e.bottom.Y)
	}
	slices.Sort(rows)
	rows = slices.Compact(rows)
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Compare(a.top.Y, b.top.Y) })
	area, next := 0.0, 0
	var active []edge
	for i := 1; i < len(rows); i++ {
		top, bottom := rows[i-1], rows[i]
		for ; next < len(edges) && edges[next].top.Y <= top; next++ {
			active = append(active, edges[next])
		}
		active = slices.DeleteFunc(active, func(e edge) bool { return e.bottom.Y <= top })
		area += strip(active, top, bottom, budget)
		if *budget < 0 {
			return math.NaN()
		}
	}
	return area
}

func edgesOf(polygon []Point, second bool) []edge {
	edges := make([]edge, 0, len(polygon))
	for i, p := range polygon {
		q := polygon[(i+1)%len(polygon)]
		if p.Y > q.Y {
			p, q = q, p
		}
		if p.Y < q.Y {
			edges = append(edges, edge{p, q, second})
		}
	}
	return edges
}

// strip returns the shared area between two rows.
func strip(active []edge, top, bottom float64, budget *Budget) float64 {
	if !budget.Spend(len(active) * len(active)) {
		return 0
	}
	cuts := []float64{top, bottom}
	for i, e := range active {
		for _, o := range active[i+1:] {
			if y, ok := crossing(e, o, top, bottom); ok {
				cuts = append(cuts, y)
			}
		}
	}
	slices.Sort(cuts)
	if !budget.Spend(len(cuts) * len(active)) {
		return 0
	}
	area := 0.0
	for i := 1; i < len(cuts); i++ {
		if height := cuts[i] - cuts[i-1]; height > 0 {
			area += height * shared(active, (cuts[i]+cuts[i-1])/2)
		}
	}
	return area
}

// crossing returns the row in which two edges cross between two rows.
func crossing(e, o edge, top, bottom float64) (float64, bool) {
	above, below := e.at(top)-o.at(top), e.at(bottom)-o.at(bottom)
	if above*below >= 0 {
		return 0, false
	}
	return top + (bottom-top)*above/(above-below), true
}

// shared returns the width of the parts of a row that are inside of both polygons.
func shared(active []edge, y float64) float64 {
	type change struct {
		x      float64
		second bool
	}
	changes := make([]change, len(active))
	for i, e := range active {
		changes[i] = change{e.at(y), e.second}
	}
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.x, b.x) })
	width := 0.0
	var inside [2]bool
	for i, c := range changes {
		if i > 0 && inside[0] && inside[1] {
			width += c.x - changes[i-1].x
		}
		which := 0
		if c.second {
			which = 1
		}
		inside[which] = !inside[which]
	}
	return width
}

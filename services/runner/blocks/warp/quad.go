package warp

import (
	"cmp"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/geometry"
)

// quad is a polygon of four corners: lower left, upper left, upper right, lower right.
type quad [4]geometry.Point

// newQuad orders corners clockwise on the picture. It chooses the first corner so that the
// corners are nearest to those of the box around them.
func newQuad(corners [4]geometry.Point) quad {
	low, high := corners[0], corners[0]
	for _, p := range corners {
		low, high = geometry.Point{X: min(low.X, p.X), Y: min(low.Y, p.Y)}, geometry.Point{X: max(high.X, p.X), Y: max(high.Y, p.Y)}
	}
	middle := geometry.Point{X: (low.X + high.X) / 2, Y: (low.Y + high.Y) / 2}
	angle := func(p geometry.Point) float64 { return math.Atan2(middle.X-p.X, middle.Y-p.Y) }
	slices.SortStableFunc(corners[:], func(a, b geometry.Point) int { return cmp.Compare(angle(b), angle(a)) })
	box := quad{{X: low.X, Y: high.Y}, low, {X: high.X, Y: low.Y}, high}
	best, least := quad(corners), math.Inf(1)
	for shift := range 4 {
		var q quad
		away := 0.0
		for i := range q {
			q[i] = corners[(i+shift)%4]
			away += q[i].Distance(box[i])
		}
		if away < least || away == least && q[0].X < best[0].X {
			best, least = q, away
		}
	}
	return best
}

// size is the longer of the two sides of each direction.
func (q *quad) size() (w, h float64) {
	return max(q[0].Distance(q[3]), q[1].Distance(q[2])), max(q[0].Distance(q[1]), q[3].Distance(q[2]))
}

// side is a side of a quad: its two corners, the next corners on the neighbouring sides, and
// the corner whose movement counts as growth.
type side struct{ a, b, afterA, afterB, counts int }

var (
	left   = side{0, 1, 3, 2, 0}
	right  = side{2, 3, 1, 0, 3}
	bottom = side{3, 0, 2, 1, 0}
	top    = side{1, 2, 0, 3, 1}
)

// include moves a side in parallel until a point outside is on it. The corners slide along
// the neighbouring sides to whole pixels. It returns how far the counting corner moved.
func (q *quad) include(s side, p geometry.Point) float64 {
	if geometry.Inside(q[:], p) || across(q[s.a], q[s.b], p) > 0 {
		return 0
	}
	along := geometry.Point{X: q[s.b].X - q[s.a].X, Y: q[s.b].Y - q[s.a].Y}
	a, ok1 := meet(p, along, q[s.a], q[s.afterA])
	b, ok2 := meet(p, along, q[s.b], q[s.afterB])
	if !ok1 || !ok2 {
		return 0
	}
	before := q[s.counts]
	q[s.a], q[s.b] = a, b
	return before.Distance(q[s.counts])
}

// across is positive for a point to the right of the line from a to b on the picture.
func across(a, b, p geometry.Point) float64 { return (b.X-a.X)*(p.Y-a.Y) - (b.Y-a.Y)*(p.X-a.X) }

// meet returns where the line through p meets the line from a to b. It fails for lines that
// are nearly parallel, because the quad would be larger than any picture.
func meet(p, direction, a, b geometry.Point) (geometry.Point, bool) {
	dx, dy := b.X-a.X, b.Y-a.Y
	det := direction.X*dy - direction.Y*dx
	if det == 0 {
		return a, false
	}
	t := (direction.X*(p.Y-a.Y) - direction.Y*(p.X-a.X)) / det
	at := geometry.Point{X: math.RoundToEven(a.X + t*dx), Y: math.RoundToEven(a.Y + t*dy)}
	const far = 1e6
	return at, math.Abs(at.X) < far && math.Abs(at.Y) < far
}

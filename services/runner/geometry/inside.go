package geometry

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Inside reports whether a point is inside of a polygon or within half a pixel of its edge.
func Inside(polygon []Point, p Point) bool {
	inside := false
	for i, a := range polygon {
		b := polygon[(i+1)%len(polygon)]
		if p.toSegment(a, b) <= 0.5 {
			return true
		}
		if (a.Y > p.Y) != (b.Y > p.Y) && p.X < a.X+(p.Y-a.Y)*(b.X-a.X)/(b.Y-a.Y) {
			inside = !inside
		}
	}
	return inside
}

// toSegment returns the distance from the line between two points.
func (p Point) toSegment(a, b Point) float64 {
	dx, dy := b.X-a.X, b.Y-a.Y
	along := 0.0
	if square := dx*dx + dy*dy; square > 0 {
		along = min(max(((p.X-a.X)*dx+(p.Y-a.Y)*dy)/square, 0), 1)
	}
	return math.Hypot(p.X-a.X-along*dx, p.Y-a.Y-along*dy)
}

// Mass returns the centre of the marked pixels of a mask, or the centre of the box if there
// are none.
func Mass(mask *value.Mask, box value.Box) Point {
	n, sum := 0.0, Point{}
	if mask != nil {
		for y := mask.Bounds.Min.Y; y < mask.Bounds.Max.Y; y++ {
			for x := mask.Bounds.Min.X; x < mask.Bounds.Max.X; x++ {
				if mask.At(x, y) {
					n, sum = n+1, Point{sum.X + float64(x), sum.Y + float64(y)}
				}
			}
		}
	}
	if n == 0 {
		x, y := box.Center()
		return Point{x, y}
	}
	return Point{sum.X / n, sum.Y / n}
}

package textbox

import (
	"cmp"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// turned is a rotated rectangle: its centre, the unit vector of its width, and its sides.
type turned struct {
	x, y   float64
	dx, dy float64
	w, h   float64
}

func (r turned) short() float64 { return math.Min(r.w, r.h) }

// grow moves every side outwards.
func (r turned) grow(by float64) turned {
	r.w += 2 * by
	r.h += 2 * by
	return r
}

func (r turned) holds(x, y float64) bool {
	along := (x-r.x)*r.dx + (y-r.y)*r.dy
	across := (y-r.y)*r.dx - (x-r.x)*r.dy
	return math.Abs(along) <= r.w/2 && math.Abs(across) <= r.h/2
}

// corners returns the corners in reading order: top left, top right, bottom right, bottom
// left. As in PP-OCR, position decides which two corners of a rotated rectangle are the
// left ones.
func (r turned) corners() imaging.Quad {
	ux, uy := r.dx*r.w/2, r.dy*r.w/2
	vx, vy := -r.dy*r.h/2, r.dx*r.h/2
	points := []imaging.Point{
		{X: r.x - ux - vx, Y: r.y - uy - vy},
		{X: r.x + ux - vx, Y: r.y + uy - vy},
		{X: r.x + ux + vx, Y: r.y + uy + vy},
		{X: r.x - ux + vx, Y: r.y - uy + vy},
	}
	slices.SortStableFunc(points, func(a, b imaging.Point) int { return cmp.Compare(a.X, b.X) })
	left, right := points[:2], points[2:]
	if left[0].Y > left[1].Y {
		left[0], left[1] = left[1], left[0]
	}
	if right[0].Y > right[1].Y {
		right[0], right[1] = right[1], right[0]
	}
	return imaging.Quad{left[0], right[0], right[1], left[1]}
}

// smallestRect returns the rectangle of least area around points. One of its sides contains
// an edge of their convex hull (Freeman and Shapira, 1975).
func smallestRect(points []imaging.Point) turned {
	hull := convexHull(points)
	if len(hull) < 3 {
		return flat(hull)
	}
	best := turned{w: math.Inf(1), h: math.Inf(1)}
	for i, a := range hull {
		b := hull[(i+1)%len(hull)]
		length := math.Hypot(b.X-a.X, b.Y-a.Y)
		r := rectAlong(hull, (b.X-a.X)/length, (b.Y-a.Y)/length)
		if r.w*r.h < best.w*best.h {
			best = r
		}
	}
	return best
}

// flat returns the rectangle of zero area around one or two points.
func flat(hull []imaging.Point) turned {
	if len(hull) == 0 {
		return turned{dx: 1}
	}
	a, b := hull[0], hull[len(hull)-1]
	r := turned{x: (a.X + b.X) / 2, y: (a.Y + b.Y) / 2, dx: 1, w: math.Hypot(b.X-a.X, b.Y-a.Y)}
	if r.w > 0 {
		r.dx, r.dy = (b.X-a.X)/r.w, (b.Y-a.Y)/r.w
	}
	return r
}

func rectAlong(hull []imaging.Point, dx, dy float64) turned {
	low, high := math.Inf(1), math.Inf(-1)
	near, far := math.Inf(1), math.Inf(-1)
	for _, p := range hull {
		along, across := p.X*dx+p.Y*dy, p.Y*dx-p.X*dy
		low, high = math.Min(low, along), math.Max(high, along)
		near, far = math.Min(near, across), math.Max(far, across)
	}
	u, v := (low+high)/2, (near+far)/2
	return turned{x: u*dx - v*dy, y: u*dy + v*dx, dx: dx, dy: dy, w: high - low, h: far - near}
}

// convexHull returns the vertices of the hull in order. No three of them are collinear.
func convexHull(points []imaging.Point) []imaging.Point {
	points = slices.Clone(points)
	slices.SortFunc(points, func(a, b imaging.Point) int {
		if c := cmp.Compare(a.X, b.X); c != 0 {
			return c
		}
		return cmp.Compare(a.Y, b.Y)
	})
	points = slices.Compact(points)
	if len(points) < 3 {
		return points
	}
	half := func(each func(func(imaging.Point))) []imaging.Point {
		var chain []imaging.Point
		each(func(p imaging.Point) {
			for len(chain) > 1 && cross(chain[len(chain)-2], chain[len(chain)-1], p) <= 0 {
				chain = chain[:len(chain)-1]
			}
			chain = append(chain, p)
		})
		return chain[:len(chain)-1]
	}
	lower := half(func(add func(imaging.Point)) {
		for _, p := range points {
			add(p)
		}
	})
	upper := half(func(add func(imaging.Point)) {
		for _, p := range slices.Backward(points) {
			add(p)
		}
	})
	return append(lower, upper...)
}

func cross(o, a, b imaging.Point) float64 {
	return (a.X-o.X)*(b.Y-o.Y) - (a.Y-o.Y)*(b.X-o.X)
}

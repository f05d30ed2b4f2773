package geometry

import (
	"math"
	"slices"
)

// Hull returns the convex hull of points (Andrew's monotone chain).
func Hull(points []Point) []Point {
	points = slices.Clone(points)
	slices.SortFunc(points, func(a, b Point) int {
		switch {
		case a == b:
			return 0
		case a.X < b.X || a.X == b.X && a.Y < b.Y:
			return -1
		}
		return 1
	})
	points = slices.Compact(points)
	if len(points) < 3 {
		return points
	}
	lower := chain(points)
	slices.Reverse(points)
	upper := chain(points)
	return append(lower[:len(lower)-1], upper[:len(upper)-1]...)
}

// chain returns the points of one side of the hull.
func chain(points []Point) []Point {
	var out []Point
	for _, p := range points {
		for len(out) > 1 && cross(out[len(out)-2], out[len(out)-1], p) <= 0 {
			out = out[:len(out)-1]
		}
		out = append(out, p)
	}
	return out
}

// cross is twice the area of the triangle of three points, with the sign of its direction.
func cross(a, b, c Point) float64 { return (b.X-a.X)*(c.Y-b.Y) - (b.Y-a.Y)*(c.X-b.X) }

// Rect is a rectangle with its centre. Angle is the direction of the width in degrees,
// above 0 and up to 90, as in OpenCV.
type Rect struct{ X, Y, Width, Height, Angle float64 }

// Smallest returns the rectangle of the least area around a convex polygon. One of its
// sides is on an edge of the polygon.
func Smallest(hull []Point) Rect {
	best, least := Rect{}, math.Inf(1)
	for i, p := range hull {
		next := hull[(i+1)%len(hull)]
		angle := math.Mod(math.Atan2(next.Y-p.Y, next.X-p.X)*180/math.Pi+360, 90)
		if angle == 0 {
			angle = 90
		}
		if r := Around(hull, angle); r.Width*r.Height < least {
			best, least = r, r.Width*r.Height
		}
	}
	return best
}

// Around returns the rectangle around points whose width has a direction.
func Around(points []Point, angle float64) Rect {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	low := [2]float64{math.Inf(1), math.Inf(1)}
	high := [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, p := range points {
		for k, v := range [2]float64{p.X*cos + p.Y*sin, p.Y*cos - p.X*sin} {
			low[k], high[k] = min(low[k], v), max(high[k], v)
		}
	}
	u, v := (low[0]+high[0])/2, (low[1]+high[1])/2
	return Rect{u*cos - v*sin, u*sin + v*cos, high[0] - low[0], high[1] - low[1], angle}
}

// Upright returns the sides of the rectangle: first the one that is closer to horizontal.
func (r Rect) Upright() (width, height float64) {
	if r.Angle > 45 {
		return r.Height, r.Width
	}
	return r.Width, r.Height
}

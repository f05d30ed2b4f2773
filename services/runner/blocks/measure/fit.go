package measure

import (
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/geometry"
)

// line is a straight line, y = slope * x + at.
type line struct {
	slope, at float64
	ok        bool
}

// fitted replaces each side of a polygon by the line that best fits the part of the outline
// that it represents, and returns the points where neighbouring lines meet. A corner stays
// where two lines do not meet.
func fitted(outline, corners []geometry.Point, fraction float64) []geometry.Point {
	turned := slices.Clone(corners)
	lines := make([]line, len(corners))
	for i, p := range turned {
		before := turned[(i+len(turned)-1)%len(turned)]
		lines[i] = through(middle(between(outline, before, p), fraction))
	}
	for i, a := range lines {
		b := lines[(i+1)%len(lines)]
		if a.ok && b.ok && math.Abs(a.slope-b.slope) > 1e-8+1e-5*math.Abs(b.slope) {
			x := (b.at - a.at) / (a.slope - b.slope)
			turned[i] = geometry.Point{X: x, Y: a.slope*x + a.at}
		}
	}
	return turned
}

// between returns the points of an outline from one corner to the next.
func between(outline []geometry.Point, from, to geometry.Point) []geometry.Point {
	i, j := closest(outline, from), closest(outline, to)
	if i <= j {
		return outline[i : j+1]
	}
	return slices.Concat(outline[i:], outline[:j+1])
}

func closest(outline []geometry.Point, to geometry.Point) int {
	best, at := math.Inf(1), 0
	for i, p := range outline {
		if d := p.Distance(to); d < best {
			best, at = d, i
		}
	}
	return at
}

// middle leaves out points at both ends.
func middle(points []geometry.Point, fraction float64) []geometry.Point {
	kept := int(math.RoundToEven(float64(len(points)) * fraction))
	if fraction >= 1 || kept <= 2 {
		return points
	}
	cut := (len(points) - kept) / 2
	return points[cut : len(points)-cut]
}

// through fits a line by least squares. It fails for points on a vertical line.
func through(points []geometry.Point) line {
	var x, y, xx, xy float64
	for _, p := range points {
		x, y = x+p.X, y+p.Y
	}
	n := float64(len(points))
	x, y = x/n, y/n
	for _, p := range points {
		xx, xy = xx+(p.X-x)*(p.X-x), xy+(p.X-x)*(p.Y-y)
	}
	if len(points) < 2 || xx == 0 {
		return line{}
	}
	return line{xy / xx, y - xy/xx*x, true}
}

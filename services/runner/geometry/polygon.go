package geometry

import "math"

// Area returns the area of a polygon.
func Area(polygon []Point) float64 {
	area, _ := moments(polygon)
	return math.Abs(area)
}

// Centroid returns the centre of mass of a polygon, and false if it has no area.
func Centroid(polygon []Point) (Point, bool) {
	area, sum := moments(polygon)
	if area == 0 || math.IsNaN(area) {
		return Point{}, false
	}
	return Point{sum.X / (6 * area), sum.Y / (6 * area)}, true
}

// moments returns the signed area, and six times the first moments.
func moments(polygon []Point) (area float64, sum Point) {
	for i, a := range polygon {
		b := polygon[(i+1)%len(polygon)]
		part := a.X*b.Y - b.X*a.Y
		area += part / 2
		sum.X += (a.X + b.X) * part
		sum.Y += (a.Y + b.Y) * part
	}
	return area, sum
}

// Perimeter returns the length of a closed line.
func Perimeter(polygon []Point) float64 {
	length := 0.0
	for i, a := range polygon {
		length += a.Distance(polygon[(i+1)%len(polygon)])
	}
	return length
}

// Simplify drops points of a closed line that are at most tolerance away from the remaining
// line (Douglas and Peucker). The line is first divided at two points that are far from each
// other.
func Simplify(polygon []Point, tolerance float64) []Point {
	if len(polygon) < 3 {
		return polygon
	}
	first := 0
	for range 3 {
		first = farthest(polygon, polygon[first])
	}
	second := farthest(polygon, polygon[first])
	if polygon[first].Distance(polygon[second]) <= tolerance {
		return []Point{polygon[first]}
	}
	out := half(polygon, first, second, tolerance)
	return append(out, half(polygon, second, first, tolerance)...)
}

func farthest(polygon []Point, from Point) int {
	best, at := -1.0, 0
	for i, p := range polygon {
		if d := from.Distance(p); d > best {
			best, at = d, i
		}
	}
	return at
}

// half simplifies the line from one point to another. It omits the last point.
func half(polygon []Point, from, to int, tolerance float64) []Point {
	n := (to - from + len(polygon)) % len(polygon)
	line := make([]Point, n+1)
	for i := range line {
		line[i] = polygon[(from+i)%len(polygon)]
	}
	keep := make([]bool, len(line))
	keep[0] = true
	for stack := [][2]int{{0, n}}; len(stack) > 0; {
		a, b := stack[len(stack)-1][0], stack[len(stack)-1][1]
		stack = stack[:len(stack)-1]
		best, at := tolerance, -1
		for i := a + 1; i < b; i++ {
			if d := offset(line[i], line[a], line[b]); d > best {
				best, at = d, i
			}
		}
		if at > 0 {
			keep[at] = true
			stack = append(stack, [2]int{a, at}, [2]int{at, b})
		}
	}
	var out []Point
	for i, p := range line {
		if keep[i] {
			out = append(out, p)
		}
	}
	return out
}

// offset returns the distance of a point from the line through two others.
func offset(p, a, b Point) float64 {
	length := a.Distance(b)
	if length == 0 {
		return p.Distance(a)
	}
	return math.Abs(cross(a, b, p)) / length
}

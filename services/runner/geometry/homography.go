package geometry

import "math"

// Homography maps the points of one plane to those of another (3 by 3, row by row).
type Homography [9]float64

// Identity leaves points where they are.
var Identity = Homography{1, 0, 0, 0, 1, 0, 0, 0, 1}

// Apply maps a point. One on the horizon is mapped to 0, 0.
func (h Homography) Apply(p Point) Point {
	w := h[6]*p.X + h[7]*p.Y + h[8]
	if w == 0 {
		return Point{}
	}
	return Point{(h[0]*p.X + h[1]*p.Y + h[2]) / w, (h[3]*p.X + h[4]*p.Y + h[5]) / w}
}

// After returns the homography that maps by first, then by h.
func (h Homography) After(first Homography) (out Homography) {
	for i := range 9 {
		for k := range 3 {
			out[i] += h[i/3*3+k] * first[k*3+i%3]
		}
	}
	return out
}

// Inverse maps back. ok is false if points of a plane are mapped to a line.
func (h Homography) Inverse() (out Homography, ok bool) {
	cofactor := func(a, b, c, d int) float64 { return h[a]*h[d] - h[b]*h[c] }
	out = Homography{
		cofactor(4, 5, 7, 8), -cofactor(1, 2, 7, 8), cofactor(1, 2, 4, 5),
		-cofactor(3, 5, 6, 8), cofactor(0, 2, 6, 8), -cofactor(0, 2, 3, 5),
		cofactor(3, 4, 6, 7), -cofactor(0, 1, 6, 7), cofactor(0, 1, 3, 4),
	}
	det := h[0]*out[0] + h[1]*out[3] + h[2]*out[6]
	if det == 0 || math.IsNaN(det) || math.IsInf(det, 0) {
		return h, false
	}
	for i := range out {
		out[i] /= det
	}
	return out, true
}

// Fit returns the homography that maps points to others with the least error: exactly for
// four (Hartley and Zisserman, "Multiple View Geometry", section 4.1, with their
// normalisation). ok is false if there are too few, or three are on a line.
func Fit(from, to []Point) (Homography, bool) {
	if len(from) != len(to) || len(from) < 4 {
		return Identity, false
	}
	scaleFrom, ok1 := normalisation(from)
	scaleTo, ok2 := normalisation(to)
	back, ok3 := scaleTo.Inverse()
	if !ok1 || !ok2 || !ok3 {
		return Identity, false
	}
	var system [8][9]float64 // the normal equations, with the right side as last column
	for i := range from {
		p, q := scaleFrom.Apply(from[i]), scaleTo.Apply(to[i])
		add(&system, [9]float64{p.X, p.Y, 1, 0, 0, 0, -p.X * q.X, -p.Y * q.X, q.X})
		add(&system, [9]float64{0, 0, 0, p.X, p.Y, 1, -p.X * q.Y, -p.Y * q.Y, q.Y})
	}
	solution, ok := solve(system)
	if !ok {
		return Identity, false
	}
	h := Homography{8: 1}
	copy(h[:], solution[:])
	return back.After(h).After(scaleFrom), true
}

// normalisation moves the centre of points to 0, 0 and scales their mean distance to the
// square root of 2.
func normalisation(points []Point) (Homography, bool) {
	n, x, y, distance := float64(len(points)), 0.0, 0.0, 0.0
	for _, p := range points {
		x, y = x+p.X/n, y+p.Y/n
	}
	for _, p := range points {
		distance += math.Hypot(p.X-x, p.Y-y) / n
	}
	if !(distance > 0) || math.IsInf(distance, 0) {
		return Identity, false
	}
	s := math.Sqrt2 / distance
	return Homography{s, 0, -s * x, 0, s, -s * y, 0, 0, 1}, true
}

// add adds an equation to the normal equations.
func add(system *[8][9]float64, row [9]float64) {
	for i := range 8 {
		for k := range 9 {
			system[i][k] += row[i] * row[k]
		}
	}
}

// solve eliminates with the largest pivot of each column.
func solve(m [8][9]float64) (x [8]float64, ok bool) {
	for i := range m {
		best := i
		for k := i + 1; k < len(m); k++ {
			if math.Abs(m[k][i]) > math.Abs(m[best][i]) {
				best = k
			}
		}
		m[i], m[best] = m[best], m[i]
		if !(math.Abs(m[i][i]) > 1e-12) {
			return x, false
		}
		for k := i + 1; k < len(m); k++ {
			factor := m[k][i] / m[i][i]
			for c := i; c < 9; c++ {
				m[k][c] -= factor * m[i][c]
			}
		}
	}
	for i := len(m) - 1; i >= 0; i-- {
		x[i] = m[i][8]
		for k := i + 1; k < len(m); k++ {
			x[i] -= m[i][k] * x[k]
		}
		x[i] /= m[i][i]
	}
	return x, true
}

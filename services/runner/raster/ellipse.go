package raster

import "math"

// OpenEllipse erodes and dilates with an ellipse of a size, which removes small bright
// areas. The work grows with the size.
func OpenEllipse(p Plane, size int) Plane {
	return DilateEllipse(ErodeEllipse(p, size), size)
}

// ErodeEllipse replaces each pixel by the darkest in an ellipse around it.
func ErodeEllipse(p Plane, size int) Plane { return inverted(DilateEllipse(inverted(p), size)) }

// DilateEllipse replaces each pixel by the brightest in an ellipse around it.
func DilateEllipse(p Plane, size int) Plane { return dilateRows(p, size/2, size, math.RoundToEven) }

// ErodeDisc replaces each pixel by the darkest of those that are at most radius away.
func ErodeDisc(p Plane, radius int) Plane {
	return inverted(dilateRows(inverted(p), radius, 2*radius+1, math.Floor))
}

// dilateRows combines the rows of a shape, each of which is a line.
func dilateRows(p Plane, radius, size int, round func(float64) float64) Plane {
	out := New(p.W, p.H)
	for i := range size {
		dy := i - radius
		reach := int(round(math.Sqrt(float64(max(radius*radius-dy*dy, 0)))))
		w := newWindow(p.W, 2*reach+1)
		for y := range p.H {
			if from := y + dy; from >= 0 && from < p.H {
				copy(w.line[w.before:], p.Row(from))
				to := out.Row(y)
				for x, v := range w.largest() {
					to[x] = max(to[x], v)
				}
			}
		}
	}
	return out
}

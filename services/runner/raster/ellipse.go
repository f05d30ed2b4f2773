package raster

import "math"

// OpenEllipse erodes and dilates with an ellipse of a size, which removes small bright
// areas. The work grows with the size.
func OpenEllipse(p Plane, size int) Plane {
	return dilateEllipse(inverted(dilateEllipse(inverted(p), size)), size)
}

// dilateEllipse joins the rows of the ellipse, each of which is a line.
func dilateEllipse(p Plane, size int) Plane {
	out := New(p.W, p.H)
	radius := size / 2
	for i := range size {
		dy := i - radius
		reach := 0
		if radius > 0 {
			reach = int(math.RoundToEven(math.Sqrt(float64(radius*radius - dy*dy))))
		}
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

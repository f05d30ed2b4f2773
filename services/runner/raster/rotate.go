package raster

import "math"

// Rotation turns a picture counter-clockwise around its centre, on a canvas that is large
// enough for all of it. Parts that the picture does not cover are black.
type Rotation struct {
	W, H int // of the canvas
	// a point x, y of the canvas shows the point a x + b y + c, -b x + a y + d
	a, b, c, d float64
}

// NewRotation returns the rotation of a picture by degrees.
func NewRotation(w, h int, degrees float64) Rotation {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	r := Rotation{W: max(1, int(float64(h)*math.Abs(sin)+float64(w)*math.Abs(cos)))}
	r.H = max(1, int(float64(h)*math.Abs(cos)+float64(w)*math.Abs(sin)))
	// forward: x' = cos x + sin y + e, y' = -sin x + cos y + f
	centerX, centerY := float64(w/2), float64(h/2)
	e := (1-cos)*centerX - sin*centerY + float64(r.W)/2 - centerX
	f := sin*centerX + (1-cos)*centerY + float64(r.H)/2 - centerY
	r.a, r.b = cos, -sin
	r.c, r.d = -(cos*e - sin*f), -(sin*e + cos*f)
	return r
}

// Flip mirrors a plane upside down, left to right, or both.
func Flip(p Plane, vertical, horizontal bool) Plane {
	out := New(p.W, p.H)
	for y := range p.H {
		from := y
		if vertical {
			from = p.H - 1 - y
		}
		row, to := p.Row(from), out.Row(y)
		for x := range row {
			if horizontal {
				to[x] = row[p.W-1-x]
			} else {
				to[x] = row[x]
			}
		}
	}
	return out
}

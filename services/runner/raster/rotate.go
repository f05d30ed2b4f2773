package raster

import "math"

// Rotation turns a picture counter-clockwise around its centre on a canvas that holds all
// of it. What the picture does not cover is black.
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

// Apply rotates a plane.
func (r Rotation) Apply(p Plane) Plane {
	out := New(r.W, r.H)
	for y := range r.H {
		for x := range r.W {
			out.Pix[y*r.W+x] = p.between(r.a*float64(x)+r.b*float64(y)+r.c, -r.b*float64(x)+r.a*float64(y)+r.d)
		}
	}
	return out
}

// between interpolates between four pixels. It rounds positions to 1/32 of a pixel like
// OpenCV.
func (p Plane) between(x, y float64) uint8 {
	x, y = math.Round(x*32)/32, math.Round(y*32)/32
	left, top := math.Floor(x), math.Floor(y)
	if left < -1 || top < -1 || left >= float64(p.W) || top >= float64(p.H) {
		return 0
	}
	i, j, fx, fy := int(left), int(top), x-left, y-top
	return byteOf((1-fy)*((1-fx)*p.at(i, j)+fx*p.at(i+1, j)) + fy*((1-fx)*p.at(i, j+1)+fx*p.at(i+1, j+1)))
}

func (p Plane) at(x, y int) float64 {
	if x < 0 || y < 0 || x >= p.W || y >= p.H {
		return 0
	}
	return float64(p.Pix[y*p.W+x])
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

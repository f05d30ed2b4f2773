package imaging

import (
	"image"
	"image/color"
	"math"
)

// span is the part of a row from left to right that a shape covers. It is empty if left is
// larger.
type span struct{ left, right float64 }

func (s span) around(o span) span {
	if o.left > o.right {
		return s
	}
	if s.left > s.right {
		return o
	}
	return span{min(s.left, o.left), max(s.right, o.right)}
}

var empty = span{1, 0}

// chord is the span of a disc in a row dy from its centre.
func chord(x, dy, radius float64) span {
	if math.Abs(dy) > radius {
		return empty
	}
	half := math.Sqrt(radius*radius - dy*dy)
	return span{x - half, x + half}
}

// row paints a span of a row, clipped to the picture.
func row(dst *image.RGBA, y int, s span, c color.RGBA) {
	left, right := math.Ceil(max(s.left, 0)), math.Floor(min(s.right, float64(dst.Rect.Dx()-1)))
	if left <= right {
		fill(dst, image.Rect(int(left), y, int(right)+1, y+1), c)
	}
}

// bounded keeps a coordinate near the picture. NaN becomes 0.
func bounded(v float64) float64 {
	const most = 1e6
	if math.IsNaN(v) {
		return 0
	}
	return min(max(v, -most), most)
}

// height returns the rows of the picture from one coordinate to another.
func height(dst *image.RGBA, from, to float64) (first, last int) {
	return int(math.Ceil(max(from, 0))), int(math.Floor(min(to, float64(dst.Rect.Dy()-1))))
}

// Line draws a line with round ends.
func Line(dst *image.RGBA, x0, y0, x1, y1 float64, c color.RGBA, thickness int) {
	x0, y0, x1, y1 = bounded(x0), bounded(y0), bounded(x1), bounded(y1)
	radius := float64(min(max(thickness, 1), 1000)) / 2
	first, last := height(dst, min(y0, y1)-radius, max(y0, y1)+radius)
	for y := first; y <= last; y++ {
		at := float64(y)
		s := chord(x0, at-y0, radius).around(chord(x1, at-y1, radius)).around(strip(x0, y0, x1, y1, at, radius))
		row(dst, y, s, c)
	}
}

// strip is the span of the straight part of a line.
func strip(x0, y0, x1, y1, y, radius float64) span {
	dx, dy := x1-x0, y1-y0
	length := math.Hypot(dx, dy)
	if length == 0 {
		return empty
	}
	nx, ny := -dy/length*radius, dx/length*radius
	corners := [4][2]float64{{x0 + nx, y0 + ny}, {x1 + nx, y1 + ny}, {x1 - nx, y1 - ny}, {x0 - nx, y0 - ny}}
	return polygonSpan(corners[:], y)
}

// polygonSpan is the span of a convex polygon in a row.
func polygonSpan(corners [][2]float64, y float64) span {
	s := empty
	for i, a := range corners {
		b := corners[(i+1)%len(corners)]
		if min(a[1], b[1]) > y || max(a[1], b[1]) < y {
			continue
		}
		if a[1] == b[1] {
			s = s.around(span{min(a[0], b[0]), max(a[0], b[0])})
			continue
		}
		x := a[0] + (y-a[1])*(b[0]-a[0])/(b[1]-a[1])
		s = s.around(span{x, x})
	}
	return s
}

// Triangle fills a triangle.
func Triangle(dst *image.RGBA, corners [3][2]float64, c color.RGBA) {
	low, high := math.Inf(1), math.Inf(-1)
	for i := range corners {
		corners[i][0], corners[i][1] = bounded(corners[i][0]), bounded(corners[i][1])
		low, high = min(low, corners[i][1]), max(high, corners[i][1])
	}
	first, last := height(dst, low, high)
	for y := first; y <= last; y++ {
		row(dst, y, polygonSpan(corners[:], float64(y)), c)
	}
}

// Disc fills a circle.
func Disc(dst *image.RGBA, x, y, radius float64, c color.RGBA) {
	Ring(dst, x, y, radius, radius, c)
}

// Ring draws a circle whose line is inside of the radius.
func Ring(dst *image.RGBA, x, y, radius, thickness float64, c color.RGBA) {
	x, y, radius = bounded(x), bounded(y), bounded(radius)
	first, last := height(dst, y-radius, y+radius)
	for line := first; line <= last; line++ {
		dy := float64(line) - y
		outer, inner := chord(x, dy, radius), chord(x, dy, radius-thickness)
		if inner.left > inner.right || thickness >= radius {
			row(dst, line, outer, c)
			continue
		}
		row(dst, line, span{outer.left, inner.left}, c)
		row(dst, line, span{inner.right, outer.right}, c)
	}
}

// Arc draws a part of an ellipse. Angles are in degrees, clockwise from the right.
func Arc(dst *image.RGBA, x, y, width, height, from, to float64, c color.RGBA, thickness int) {
	const step = 5.0
	point := func(angle float64) (float64, float64) {
		sin, cos := math.Sincos(angle * math.Pi / 180)
		return x + width*cos, y + height*sin
	}
	to = min(to, from+360)
	for angle := from; angle < to; angle += step {
		x0, y0 := point(angle)
		x1, y1 := point(min(angle+step, to))
		Line(dst, x0, y0, x1, y1, c, thickness)
	}
}

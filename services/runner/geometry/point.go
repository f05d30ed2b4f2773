package geometry

import (
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Point is a point of a picture, in pixels.
type Point struct{ X, Y float64 }

// Points converts whole pixels.
func Points(pixels []image.Point) []Point {
	out := make([]Point, len(pixels))
	for i, p := range pixels {
		out[i] = Point{float64(p.X), float64(p.Y)}
	}
	return out
}

// Corners returns the corners of a box, clockwise on a picture.
func Corners(b value.Box) []Point {
	return []Point{{b[0], b[1]}, {b[2], b[1]}, {b[2], b[3]}, {b[0], b[3]}}
}

// Pixel rounds to whole pixels, halves to even numbers. Numbers that are too large are
// clamped to the range of whole numbers; NaN becomes 0.
func (p Point) Pixel() image.Point { return image.Pt(whole(p.X), whole(p.Y)) }

func whole(v float64) int {
	const most = 1 << 24
	if !(v > -most) { // also NaN
		if v <= -most {
			return -most
		}
		return 0
	}
	return int(math.RoundToEven(min(v, most)))
}

// Distance returns the distance of two points.
func (p Point) Distance(o Point) float64 { return math.Hypot(p.X-o.X, p.Y-o.Y) }

// Anchor returns the named point of a box. ok is false for an unknown name.
func Anchor(b value.Box, name string) (p Point, ok bool) {
	x, y := b.Center()
	switch name {
	case "CENTER":
	case "CENTER_LEFT":
		x = b[0]
	case "CENTER_RIGHT":
		x = b[2]
	case "TOP_CENTER":
		y = b[1]
	case "TOP_LEFT":
		x, y = b[0], b[1]
	case "TOP_RIGHT":
		x, y = b[2], b[1]
	case "BOTTOM_LEFT":
		x, y = b[0], b[3]
	case "BOTTOM_CENTER":
		y = b[3]
	case "BOTTOM_RIGHT":
		x, y = b[2], b[3]
	default:
		return Point{}, false
	}
	return Point{x, y}, true
}

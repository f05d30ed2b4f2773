package textbox

import (
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Box is one line of text on a picture.
type Box struct {
	Quad  imaging.Quad
	Text  string
	Score float64
}

// Upright returns the upright bounding box, clipped to a picture of this size.
func (b Box) Upright(size image.Point) value.Box { return around(b.Quad, size) }

// around returns the upright bounding box of a rotated one, clipped to the picture.
func around(q imaging.Quad, size image.Point) value.Box {
	b := value.Box{q[0].X, q[0].Y, q[0].X, q[0].Y}
	for _, p := range q[1:] {
		b[0], b[1] = min(b[0], p.X), min(b[1], p.Y)
		b[2], b[3] = max(b[2], p.X), max(b[3], p.Y)
	}
	w, h := float64(size.X), float64(size.Y)
	return value.Box{
		math.RoundToEven(min(max(b[0], 0), w)), math.RoundToEven(min(max(b[1], 0), h)),
		math.RoundToEven(min(max(b[2], 0), w)), math.RoundToEven(min(max(b[3], 0), h)),
	}
}

func (b Box) middle() float64 { return (b.Quad[0].Y + b.Quad[2].Y) / 2 }

// Height is measured along the left and the right side of the rotated box.
func (b Box) Height() float64 {
	return math.Max(math.Hypot(b.Quad[0].X-b.Quad[3].X, b.Quad[0].Y-b.Quad[3].Y), math.Hypot(b.Quad[1].X-b.Quad[2].X, b.Quad[1].Y-b.Quad[2].Y))
}

// Width is measured along the top and the bottom of the rotated box.
func (b Box) Width() float64 {
	return math.Max(math.Hypot(b.Quad[0].X-b.Quad[1].X, b.Quad[0].Y-b.Quad[1].Y), math.Hypot(b.Quad[3].X-b.Quad[2].X, b.Quad[3].Y-b.Quad[2].Y))
}

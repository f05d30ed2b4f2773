package preview

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/vector"
)

// outline is a closed shape in the picture's coordinates. Its first step is where it
// begins.
type outline struct{ steps []step }

// step leads to its last point. Two more points bend the way there.
type step struct {
	points [3]point
	n      int
}

type point struct{ x, y float64 }

func (o *outline) move(x, y float64) { o.line(x, y) }

func (o *outline) line(x, y float64) {
	o.steps = append(o.steps, step{points: [3]point{{x, y}}, n: 1})
}

func (o *outline) curve(bx, by, cx, cy, x, y float64) {
	o.steps = append(o.steps, step{points: [3]point{{bx, by}, {cx, cy}, {x, y}}, n: 3})
}

// bounds returns the whole pixels around the outline. A curve lies within its control
// points.
func (o *outline) bounds() image.Rectangle {
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, s := range o.steps {
		for _, p := range s.points[:s.n] {
			low = point{math.Min(low.x, p.x), math.Min(low.y, p.y)}
			high = point{math.Max(high.x, p.x), math.Max(high.y, p.y)}
		}
	}
	const far = 1 << 20 // outside of any picture, and an int
	pixel := func(f float64) int { return int(math.Min(math.Max(f, -far), far)) }
	return image.Rect(pixel(math.Floor(low.x)), pixel(math.Floor(low.y)), pixel(math.Ceil(high.x)), pixel(math.Ceil(high.y)))
}

// fill rasterizes within the shape's own bounds, so that the cost is the shape's size
// and not the picture's.
func (c *canvas) fill(shape outline, with color.RGBA) {
	in := shape.bounds().Intersect(c.Bounds())
	if in.Empty() {
		return
	}
	c.raster.Reset(in.Dx(), in.Dy())
	shape.onto(&c.raster, in.Min)
	c.raster.Draw(c.RGBA, in, image.NewUniform(with), image.Point{})
}

// onto adds the shape to a rasterizer whose origin is the pixel corner.
func (o *outline) onto(r *vector.Rasterizer, corner image.Point) {
	at := func(p point) (x, y float32) {
		return float32(p.x - float64(corner.X)), float32(p.y - float64(corner.Y))
	}
	for i, s := range o.steps {
		x, y := at(s.points[s.n-1])
		switch {
		case i == 0:
			r.MoveTo(x, y)
		case s.n == 1:
			r.LineTo(x, y)
		default:
			bx, by := at(s.points[0])
			cx, cy := at(s.points[1])
			r.CubeTo(bx, by, cx, cy, x, y)
		}
	}
	r.ClosePath()
}

package imaging

import (
	"fmt"
	"image"
)

// Point is a position in a picture, in pixels.
type Point struct{ X, Y float64 }

// Quad is a rectangle that may be rotated. Its corners are top left, top right, bottom
// right and bottom left in reading direction.
type Quad [4]Point

// Warp samples the inside of a rotated rectangle, upright, into the first width columns of
// dst. The other columns are padding.
func (t Tensor) Warp(dst []float32, src image.Image, quad Quad, width int) error {
	if len(dst) != t.Len() || width < 1 || width > t.Width {
		return fmt.Errorf("a tensor of %d numbers for %d of %d by %d pixels", len(dst), width, t.Width, t.Height)
	}
	size := src.Bounds().Size()
	sampler := newSampler(src)
	ax, ay := (quad[1].X-quad[0].X)/float64(width), (quad[1].Y-quad[0].Y)/float64(width)
	bx, by := (quad[3].X-quad[0].X)/float64(t.Height), (quad[3].Y-quad[0].Y)/float64(t.Height)
	rows(t.Height, t.Width, func(from, to int) {
		for y := from; y < to; y++ {
			l := t.line(dst, y)
			l.pad(width, t.Width)
			x0 := quad[0].X + (float64(y)+0.5)*bx - 0.5
			y0 := quad[0].Y + (float64(y)+0.5)*by - 0.5
			for x := range width {
				at := float64(x) + 0.5
				r, g, b := sampler.at(tapAt(x0+at*ax, size.X), tapAt(y0+at*ay, size.Y))
				l.r[x] = r*l.scale[0] + l.shift[0]
				l.g[x] = g*l.scale[1] + l.shift[1]
				l.b[x] = b*l.scale[2] + l.shift[2]
			}
		}
	})
	return nil
}

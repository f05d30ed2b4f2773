package imaging_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// Every shape paints the pixels that the slow plain version paints: those whose distance
// fits.
func TestShapesAgainstDistances(t *testing.T) {
	t.Parallel()
	red := color.RGBA{255, 0, 0, 255}
	for name, c := range map[string]struct {
		draw   func(*image.RGBA)
		inside func(x, y float64) float64 // negative inside
	}{
		"line":  {func(p *image.RGBA) { imaging.Line(p, 10, 12, 45.5, 30, red, 7) }, func(x, y float64) float64 { return toLine(x, y, 10, 12, 45.5, 30) - 3.5 }},
		"point": {func(p *image.RGBA) { imaging.Line(p, 20, 20, 20, 20, red, 9) }, func(x, y float64) float64 { return math.Hypot(x-20, y-20) - 4.5 }},
		"out":   {func(p *image.RGBA) { imaging.Line(p, -30, 25, 1e9, 25, red, 4) }, func(_, y float64) float64 { return math.Abs(y-25) - 2 }},
		"disc":  {func(p *image.RGBA) { imaging.Disc(p, 30, 20, 15.2, red) }, func(x, y float64) float64 { return math.Hypot(x-30, y-20) - 15.2 }},
		"ring": {func(p *image.RGBA) { imaging.Ring(p, 30, 20, 15.2, 3, red) }, func(x, y float64) float64 {
			return math.Abs(math.Hypot(x-30, y-20)-13.7) - 1.5
		}},
		"triangle": {func(p *image.RGBA) { imaging.Triangle(p, [3][2]float64{{10, 10}, {50, 10}, {30, 40}}, red) }, func(x, y float64) float64 {
			return max(10-y, (y-10)-(x-10)*1.5, (y-10)-(50-x)*1.5)
		}},
	} {
		p := image.NewRGBA(image.Rect(0, 0, 60, 50))
		c.draw(p)
		for y := range 50 {
			for x := range 60 {
				d := c.inside(float64(x), float64(y))
				if painted := p.RGBAAt(x, y) == red; math.Abs(d) > 0.01 && painted != (d < 0) {
					t.Errorf("%s: %d, %d is painted: %v, its distance is %.2f", name, x, y, painted, d)
				}
			}
		}
	}
}

func toLine(x, y, x0, y0, x1, y1 float64) float64 {
	dx, dy := x1-x0, y1-y0
	share := min(max(((x-x0)*dx+(y-y0)*dy)/(dx*dx+dy*dy), 0), 1)
	return math.Hypot(x-x0-share*dx, y-y0-share*dy)
}

func TestShapesOfAnyNumbers(t *testing.T) {
	t.Parallel()
	p := image.NewRGBA(image.Rect(0, 0, 20, 20))
	white := color.RGBA{255, 255, 255, 255}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -5} {
		imaging.Line(p, v, v, 5, 5, white, 3)
		imaging.Disc(p, v, v, v, white)
		imaging.Ring(p, 5, 5, v, 2, white)
		imaging.Triangle(p, [3][2]float64{{v, v}, {1, v}, {5, 5}}, white)
		imaging.Arc(p, v, v, v, v, 0, 360, white, 2)
	}
}

package feature

import (
	"image"
	"image/color"
	"image/draw"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/sift"
)

var (
	green = color.RGBA{G: 255, A: 255}
	red   = color.RGBA{R: 255, A: 255}
)

// marker is the radius of the circle of a key point, in pixels.
const marker = 4

// drawn is the grey picture with a circle at each key point.
func (f *features) drawn() *image.RGBA {
	sheet := imaging.Copy(f.gray.Image())
	colors, _ := imaging.NewPalette("DEFAULT", 10)
	for i, p := range f.points {
		imaging.Ring(sheet, p.X, p.Y, marker, 1, colors.At(i))
	}
	return sheet
}

// side puts two pictures next to each other, with a line between the points of each pair.
// Single points are red.
func side(a, b *features, pairs []sift.Pair) *image.RGBA {
	left, right := imaging.Copy(a.pixels), imaging.Copy(b.pixels)
	w := left.Rect.Dx()
	sheet := image.NewRGBA(image.Rect(0, 0, w+right.Rect.Dx(), max(left.Rect.Dy(), right.Rect.Dy())))
	draw.Draw(sheet, sheet.Rect, image.Black, image.Point{}, draw.Src)
	draw.Draw(sheet, left.Rect, left, image.Point{}, draw.Src)
	draw.Draw(sheet, right.Rect.Add(image.Pt(w, 0)), right, image.Point{}, draw.Src)
	for _, p := range a.points {
		imaging.Ring(sheet, p.X, p.Y, marker, 1, red)
	}
	for _, p := range b.points {
		imaging.Ring(sheet, p.X+float64(w), p.Y, marker, 1, red)
	}
	for _, pair := range pairs {
		p, q := a.points[pair.A], b.points[pair.B]
		imaging.Ring(sheet, p.X, p.Y, marker, 1, green)
		imaging.Ring(sheet, q.X+float64(w), q.Y, marker, 1, green)
		imaging.Line(sheet, p.X, p.Y, q.X+float64(w), q.Y, green, 1)
	}
	return sheet
}

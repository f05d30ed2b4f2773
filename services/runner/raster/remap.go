package raster

import (
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/geometry"
)

// Remap returns a picture of a size. Each of its pixels shows the place of the source that
// from returns for it, between four pixels. What is outside of the source is black.
func Remap(src image.Image, w, h int, from func(x, y float64) (float64, float64)) image.Image {
	type place struct{ x, y float32 }
	places := make([]place, w*h) // once for all channels
	for i := range places {
		x, y := from(float64(i%w), float64(i/w))
		places[i] = place{float32(x), float32(y)}
	}
	return Each(src, func(p Plane) Plane {
		out := New(w, h)
		for i, at := range places {
			out.Pix[i] = p.between(float64(at.x), float64(at.y))
		}
		return out
	})
}

// RemapCost is the memory of [Remap] for each pixel of its result, in pixels of a picture.
const RemapCost = 3

// Warp returns a picture of a size, whose pixels show the places of the source to which a
// homography maps them.
func Warp(src image.Image, w, h int, from geometry.Homography) image.Image {
	return Remap(src, w, h, func(x, y float64) (float64, float64) {
		p := from.Apply(geometry.Point{X: x, Y: y})
		return p.X, p.Y
	})
}

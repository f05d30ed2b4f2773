package raster

import "image"

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

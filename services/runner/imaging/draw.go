package imaging

import (
	"image"
	"image/color"
	"math"
)

// Box draws the outline of a box. roundness is 0 for square corners and 1 for half circles
// at the shorter sides. The line is centred on the edge of the box.
func Box(dst *image.RGBA, box [4]float64, c color.RGBA, thickness int, roundness float64) {
	thickness = min(max(thickness, 1), 1000)
	r := round(box)
	if roundness > 0 {
		roundBox(dst, r, c, float64(thickness), math.Min(roundness, 1))
		return
	}
	before := thickness / 2
	after := thickness - before
	outer := image.Rect(r.Min.X-before, r.Min.Y-before, r.Max.X+after, r.Max.Y+after)
	inner := image.Rect(r.Min.X+after, r.Min.Y+after, r.Max.X-before, r.Max.Y-before)
	if inner.Dx() <= 0 || inner.Dy() <= 0 || r.Dx() < thickness || r.Dy() < thickness {
		fill(dst, outer, c)
		return
	}
	fill(dst, image.Rect(outer.Min.X, outer.Min.Y, outer.Max.X, inner.Min.Y), c)
	fill(dst, image.Rect(outer.Min.X, inner.Max.Y, outer.Max.X, outer.Max.Y), c)
	fill(dst, image.Rect(outer.Min.X, inner.Min.Y, inner.Min.X, inner.Max.Y), c)
	fill(dst, image.Rect(inner.Max.X, inner.Min.Y, outer.Max.X, inner.Max.Y), c)
}

// round converts a box to whole pixels. Coordinates may be any numbers, because they come
// from a model.
func round(box [4]float64) image.Rectangle {
	var v [4]int
	for i, at := range box {
		if math.IsNaN(at) {
			at = 0
		}
		v[i] = int(math.Round(math.Min(math.Max(at, -1e6), 1e6)))
	}
	return image.Rect(v[0], v[1], v[2], v[3])
}

// fill paints a rectangle, clipped to the picture.
func fill(dst *image.RGBA, r image.Rectangle, c color.RGBA) {
	r = r.Intersect(dst.Rect)
	if r.Empty() {
		return
	}
	first := dst.Pix[dst.PixOffset(r.Min.X, r.Min.Y):][: r.Dx()*4 : r.Dx()*4]
	for i := 0; i < len(first); i += 4 {
		first[i], first[i+1], first[i+2], first[i+3] = c.R, c.G, c.B, c.A
	}
	for y := r.Min.Y + 1; y < r.Max.Y; y++ {
		copy(dst.Pix[dst.PixOffset(r.Min.X, y):], first)
	}
}

// FillBox paints a box with its edges.
func FillBox(dst *image.RGBA, box [4]float64, c color.RGBA) {
	r := round(box)
	fill(dst, image.Rect(r.Min.X, r.Min.Y, r.Max.X+1, r.Max.Y+1), c)
}

// Mix mixes a layer over a picture of the same size, and leaves the result in the layer. At
// an opacity of 1 the layer stays unchanged, so nothing of the picture shows through.
func Mix(layer, under *image.RGBA, opacity float64) {
	if opacity >= 1 {
		return
	}
	over := uint32(opacity*256 + 0.5)
	for i := range layer.Pix {
		layer.Pix[i] = uint8((uint32(layer.Pix[i])*over + uint32(under.Pix[i])*(256-over) + 128) >> 8)
	}
}

// roundBox paints every pixel within half the thickness of the outline. It visits only
// pixels near the edge.
func roundBox(dst *image.RGBA, r image.Rectangle, c color.RGBA, thickness, roundness float64) {
	radius := float64(min(r.Dx(), r.Dy())/2) * roundness
	half := thickness / 2
	reach := int(math.Ceil(half)) + 1
	area := r.Inset(-reach).Intersect(dst.Rect)
	hole := r.Inset(reach + int(math.Ceil(radius)))
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if y >= hole.Min.Y && y < hole.Max.Y && x == hole.Min.X && !hole.Empty() {
				x = hole.Max.X - 1
				continue
			}
			if math.Abs(edge(r, radius, float64(x), float64(y))) <= half {
				dst.SetRGBA(x, y, c)
			}
		}
	}
}

// edge returns the signed distance of a point to a rounded rectangle; it is negative
// inside.
func edge(r image.Rectangle, radius, x, y float64) float64 {
	dx := math.Abs(x-float64(r.Min.X+r.Max.X)/2) - float64(r.Dx())/2 + radius
	dy := math.Abs(y-float64(r.Min.Y+r.Max.Y)/2) - float64(r.Dy())/2 + radius
	return math.Hypot(math.Max(dx, 0), math.Max(dy, 0)) + math.Min(math.Max(dx, dy), 0) - radius
}

// Plate paints a filled rectangle with rounded corners.
func Plate(dst *image.RGBA, r image.Rectangle, c color.RGBA, radius int) {
	radius = min(radius, r.Dx()/2, r.Dy()/2)
	if radius <= 0 {
		fill(dst, r, c)
		return
	}
	fill(dst, image.Rect(r.Min.X, r.Min.Y+radius, r.Max.X, r.Max.Y-radius), c)
	for y := range radius {
		up := float64(radius-y) - 0.5
		inset := radius - int(math.Round(math.Sqrt(float64(radius*radius)-up*up)))
		fill(dst, image.Rect(r.Min.X+inset, r.Min.Y+y, r.Max.X-inset, r.Min.Y+y+1), c)
		fill(dst, image.Rect(r.Min.X+inset, r.Max.Y-y-1, r.Max.X-inset, r.Max.Y-y), c)
	}
}

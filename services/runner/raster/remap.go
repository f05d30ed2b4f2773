package raster

import (
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// RemapCost is the memory of [Remap] for each pixel of its result, in pixels of a picture.
const RemapCost = 1

// Remap returns a picture of the given size. from returns the position in the source that
// each of its pixels shows, between four pixels. Positions outside of the source are black.
// from is called on several goroutines.
func Remap(src image.Image, w, h int, from func(x, y float64) (float64, float64)) image.Image {
	if gray, ok := src.(*image.Gray); ok {
		p, out := fromGray(gray), New(w, h)
		imaging.Rows(h, w, func(top, bottom int) {
			for y := top; y < bottom; y++ {
				for x := range w {
					if at, ok := p.spot(from(float64(x), float64(y))); ok {
						out.Pix[y*w+x] = at.gray(p)
					}
				}
			}
		})
		return out.Image()
	}
	rgba, out := imaging.Copy(src), image.NewRGBA(image.Rect(0, 0, w, h))
	size := Plane{W: rgba.Rect.Dx(), H: rgba.Rect.Dy()}
	imaging.Rows(h, w, func(top, bottom int) {
		for y := top; y < bottom; y++ {
			row := out.Pix[y*out.Stride:][:4*w]
			for x := range w {
				pixel := row[4*x : 4*x+4]
				pixel[3] = 255
				if at, ok := size.spot(from(float64(x), float64(y))); ok {
					at.colour(rgba, size, pixel)
				}
			}
		}
	})
	return out
}

// Warp returns a picture of a size, whose pixels show the places of the source to which a
// homography maps them.
func Warp(src image.Image, w, h int, from geometry.Homography) image.Image {
	return Remap(src, w, h, func(x, y float64) (float64, float64) {
		z := from[6]*x + from[7]*y + from[8]
		return (from[0]*x + from[1]*y + from[2]) / z, (from[3]*x + from[4]*y + from[5]) / z
	})
}

// spot is a position between four pixels: the upper left pixel, and the distances to the next
// ones in parts of 32, as in OpenCV.
type spot struct{ x, y, fx, fy int }

const (
	parts = 32
	// unit is the sum of the weights of the four pixels.
	unit = parts * parts
)

// spot is false for a place outside of a plane.
func (p Plane) spot(x, y float64) (spot, bool) {
	x, y = x*parts, y*parts
	if !(x > -parts-1 && y > -parts-1 && x < float64(parts*p.W)+1 && y < float64(parts*p.H)+1) {
		return spot{}, false
	}
	i, j := nearest(x), nearest(y)
	s := spot{i >> 5, j >> 5, i & (parts - 1), j & (parts - 1)}
	return s, s.x >= -1 && s.y >= -1 && s.x < p.W && s.y < p.H
}

// nearest rounds to the nearest whole number, halves away from zero.
func nearest(v float64) int {
	if v < 0 {
		return -int(0.5 - v)
	}
	return int(v + 0.5)
}

func (s spot) weights() (a, b, c, d int) {
	return (parts - s.fx) * (parts - s.fy), s.fx * (parts - s.fy), (parts - s.fx) * s.fy, s.fx * s.fy
}

// inside reports whether all four pixels are in the plane.
func (s spot) inside(p Plane) bool { return s.x >= 0 && s.y >= 0 && s.x < p.W-1 && s.y < p.H-1 }

func (s spot) gray(p Plane) uint8 {
	a, b, c, d := s.weights()
	if s.inside(p) {
		up := p.Pix[s.y*p.W+s.x:]
		down := up[p.W : p.W+2]
		return share(a*int(up[0]) + b*int(up[1]) + c*int(down[0]) + d*int(down[1]))
	}
	return share(a*p.at(s.x, s.y) + b*p.at(s.x+1, s.y) + c*p.at(s.x, s.y+1) + d*p.at(s.x+1, s.y+1))
}

func (p Plane) at(x, y int) int {
	if x < 0 || y < 0 || x >= p.W || y >= p.H {
		return 0
	}
	return int(p.Pix[y*p.W+x])
}

func (s spot) colour(src *image.RGBA, size Plane, to []uint8) {
	a, b, c, d := s.weights()
	if s.inside(size) {
		up := src.Pix[s.y*src.Stride+4*s.x:]
		down := up[src.Stride : src.Stride+8]
		up = up[:8]
		to[0] = share(a*int(up[0]) + b*int(up[4]) + c*int(down[0]) + d*int(down[4]))
		to[1] = share(a*int(up[1]) + b*int(up[5]) + c*int(down[1]) + d*int(down[5]))
		to[2] = share(a*int(up[2]) + b*int(up[6]) + c*int(down[2]) + d*int(down[6]))
		return
	}
	var sum [3]int
	for i, weight := range [4]int{a, b, c, d} {
		x, y := s.x+i%2, s.y+i/2
		if x < 0 || y < 0 || x >= size.W || y >= size.H {
			continue
		}
		for k, v := range src.Pix[y*src.Stride+4*x:][:3] {
			sum[k] += weight * int(v)
		}
	}
	for k, v := range sum {
		to[k] = share(v)
	}
}

// share divides by the sum of the weights and rounds, halves to even numbers.
func share(sum int) uint8 {
	n, rest := sum/unit, sum%unit
	if rest > unit/2 || rest == unit/2 && n%2 == 1 {
		n++
	}
	return uint8(n)
}

// Rotate turns a picture by a rotation.
func (r Rotation) Rotate(src image.Image) image.Image {
	return Remap(src, r.W, r.H, func(x, y float64) (float64, float64) {
		return r.a*x + r.b*y + r.c, -r.b*x + r.a*y + r.d
	})
}

// Mirror mirrors a picture upside down, left to right, or both.
func Mirror(src image.Image, vertical, horizontal bool) image.Image {
	if gray, ok := src.(*image.Gray); ok {
		return Flip(fromGray(gray), vertical, horizontal).Image()
	}
	from := imaging.Copy(src)
	w, h := from.Rect.Dx(), from.Rect.Dy()
	if vertical {
		row := make([]uint8, from.Stride)
		for y := range h / 2 {
			a, b := from.Pix[y*from.Stride:][:from.Stride], from.Pix[(h-1-y)*from.Stride:][:from.Stride]
			copy(row, a)
			copy(a, b)
			copy(b, row)
		}
	}
	if horizontal {
		imaging.Rows(h, w, func(top, bottom int) {
			for y := top; y < bottom; y++ {
				row := from.Pix[y*from.Stride:][:4*w]
				for a, b := 0, 4*(w-1); a < b; a, b = a+4, b-4 {
					x, z := [4]uint8(row[a:a+4]), [4]uint8(row[b:b+4])
					copy(row[a:], z[:])
					copy(row[b:], x[:])
				}
			}
		})
	}
	return from
}

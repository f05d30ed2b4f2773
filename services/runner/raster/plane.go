package raster

import (
	"image"
	"sync"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// Plane is one channel of a picture, row by row.
type Plane struct {
	W, H int
	Pix  []uint8
}

// New returns a black plane.
func New(w, h int) Plane { return Plane{w, h, make([]uint8, w*h)} }

// Row returns one row of the plane.
func (p Plane) Row(y int) []uint8 { return p.Pix[y*p.W : (y+1)*p.W] }

// Image returns the plane as a grey picture that shares its pixels.
func (p Plane) Image() *image.Gray {
	return &image.Gray{Pix: p.Pix, Stride: p.W, Rect: image.Rect(0, 0, p.W, p.H)}
}

// Gray returns the brightness of a picture with OpenCV's weights.
func Gray(src image.Image) Plane {
	if gray, ok := src.(*image.Gray); ok {
		return fromGray(gray)
	}
	rgba := imaging.Copy(src)
	p := New(rgba.Rect.Dx(), rgba.Rect.Dy())
	imaging.Rows(p.H, p.W, func(top, bottom int) {
		for i := top * p.W; i < bottom*p.W; i++ {
			c := rgba.Pix[4*i : 4*i+3]
			p.Pix[i] = uint8((9798*uint32(c[0]) + 19235*uint32(c[1]) + 3735*uint32(c[2]) + 1<<14) >> 15)
		}
	})
	return p
}

func fromGray(src *image.Gray) Plane {
	p := New(src.Rect.Dx(), src.Rect.Dy())
	for y := range p.H {
		copy(p.Row(y), src.Pix[y*src.Stride:])
	}
	return p
}

// Colour returns a copy of a picture in colour, even if it is grey.
func Colour(src image.Image) image.Image { return imaging.Copy(src) }

// Each applies a filter to every channel of a picture, at the same time if it is large. A
// grey picture stays grey.
func Each(src image.Image, filter func(Plane) Plane) image.Image {
	if gray, ok := src.(*image.Gray); ok {
		return filter(fromGray(gray)).Image()
	}
	from := imaging.Copy(src)
	var to *image.RGBA
	var once sync.Once
	imaging.Rows(3, len(from.Pix)/4, func(first, last int) {
		channel := New(from.Rect.Dx(), from.Rect.Dy())
		for c := first; c < last; c++ {
			for i := range channel.Pix {
				channel.Pix[i] = from.Pix[4*i+c]
			}
			out := filter(channel)
			once.Do(func() { to = opaque(from, out.W, out.H) })
			for i, v := range out.Pix {
				to.Pix[4*i+c] = v
			}
		}
	})
	return to
}

// Values counts the values of all channels in one histogram.
func Values(src image.Image) (counts [256]int) {
	if gray, ok := src.(*image.Gray); ok {
		return Histogram(fromGray(gray))
	}
	for i, v := range imaging.Copy(src).Pix {
		if i%4 != 3 {
			counts[v]++
		}
	}
	return counts
}

// opaque returns a picture of a size: the given one if it fits, because its channels are
// replaced one by one.
func opaque(from *image.RGBA, w, h int) *image.RGBA {
	if from.Rect.Dx() == w && from.Rect.Dy() == h {
		return from
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := 3; i < len(to.Pix); i += 4 {
		to.Pix[i] = 255
	}
	return to
}

// Map applies a table to every channel.
func Map(src image.Image, table *[256]uint8) image.Image {
	if gray, ok := src.(*image.Gray); ok {
		p := fromGray(gray)
		for i, v := range p.Pix {
			p.Pix[i] = table[v]
		}
		return p.Image()
	}
	out := imaging.Copy(src)
	imaging.Rows(out.Rect.Dy(), out.Rect.Dx(), func(from, to int) {
		for pix := out.Pix[from*out.Stride : to*out.Stride]; len(pix) >= 4; pix = pix[4:] {
			pix[0], pix[1], pix[2] = table[pix[0]], table[pix[1]], table[pix[2]]
		}
	})
	return out
}

// byteOf rounds to the nearest value of a pixel, halves to even numbers.
func byteOf(v float64) uint8 {
	if !(v > 0) {
		return 0
	}
	if v >= 255 {
		return 255
	}
	n := int(v)
	if rest := v - float64(n); rest > 0.5 || rest == 0.5 && n%2 == 1 {
		n++
	}
	return uint8(n)
}

// byteOf32 is byteOf for numbers of four bytes.
func byteOf32(v float32) uint8 {
	if !(v > 0) {
		return 0
	}
	if v >= 255 {
		return 255
	}
	n := int32(v)
	if rest := v - float32(n); rest > 0.5 || rest == 0.5 && n&1 == 1 {
		n++
	}
	return uint8(n)
}

// Histogram counts the values of the pixels.
func Histogram(p Plane) (counts [256]int) {
	for _, v := range p.Pix {
		counts[v]++
	}
	return counts
}

package raster

import (
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// Bilateral blurs pixels of similar colour within a circle. Sigma is the deviation of
// both, the distance and the colour.
func Bilateral(src image.Image, size int, sigma float64) image.Image {
	gray, isGray := src.(*image.Gray)
	from := imaging.Copy(src)
	if isGray {
		from = imaging.Copy(gray)
	}
	w, h, radius := from.Rect.Dx(), from.Rect.Dy(), max(size/2, 1)
	columns, rows := places(w, 2*radius+1, Reflect), places(h, 2*radius+1, Reflect)
	circle := disc(radius, sigma)
	byColor := make([]float32, 3*255+1)
	for i := range byColor {
		d := float64(i)
		if isGray {
			d /= 3 // its channels are equal, so OpenCV compares only one
		}
		byColor[i] = float32(math.Exp(-d * d / (2 * sigma * sigma)))
	}
	to := image.NewRGBA(from.Rect)
	for y := range h {
		for x := range w {
			at := from.Pix[(y*w+x)*4:]
			var sum [3]float32
			var total float32
			for _, t := range circle {
				c := from.Pix[(rows[y+t.y]*w+columns[x+t.x])*4:]
				weight := t.weight * byColor[apart(c[0], at[0])+apart(c[1], at[1])+apart(c[2], at[2])]
				for k := range sum {
					sum[k] += weight * float32(c[k])
				}
				total += weight
			}
			put := to.Pix[(y*w+x)*4:]
			for k := range sum {
				put[k] = byteOf(float64(sum[k] / total))
			}
			put[3] = 255
		}
	}
	if isGray {
		return Gray(to).Image()
	}
	return to
}

// place is a pixel of a circle: its offset from the upper left corner, and its weight.
type place struct {
	x, y   int
	weight float32
}

func disc(radius int, sigma float64) []place {
	var out []place
	for y := -radius; y <= radius; y++ {
		for x := -radius; x <= radius; x++ {
			if d := float64(x*x + y*y); d <= float64(radius*radius) {
				out = append(out, place{x + radius, y + radius, float32(math.Exp(-d / (2 * sigma * sigma)))})
			}
		}
	}
	return out
}

func apart(a, b uint8) int {
	if a > b {
		return int(a - b)
	}
	return int(b - a)
}

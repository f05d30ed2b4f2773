package raster

import (
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// Contrast raises the contrast of a picture by one of the language's three methods. The first
// two treat all channels alike. ok is false for an unknown method.
func Contrast(src image.Image, method string) (out image.Image, ok bool) {
	switch method {
	case "Contrast Stretching":
		histogram := Values(src)
		low, high := Quantile(&histogram, 0.02), Quantile(&histogram, 0.98)
		return mapped(src, func(v float64) float64 { return (min(max(v, low), high) - low) / (high - low) * 255 }), true
	case "Histogram Equalization":
		return mapped(src, spread(Values(src))), true
	case "Adaptive Equalization":
		return adapted(src), true
	}
	return nil, false
}

func mapped(src image.Image, to func(float64) float64) image.Image {
	var table [256]uint8
	for i := range table {
		table[i] = uint8(min(max(to(float64(i)), 0), 255)) // NaN, for a picture of one value, becomes 0
	}
	return Map(src, &table)
}

// spread returns the function that makes all values equally frequent. It maps a value to the
// share of pixels up to it, in 256 bins between the smallest and the largest value.
func spread(histogram [256]int) func(float64) float64 {
	low, high, total := 255, 0, 0.0
	for v, n := range histogram {
		if n > 0 {
			low, high, total = min(low, v), max(high, v), total+float64(n)
		}
	}
	width := float64(high-low) / 256
	var shares [256]float64
	for v, n := range histogram {
		if n > 0 && width > 0 {
			shares[min(int(float64(v-low)/width), 255)] += float64(n) / total
		}
	}
	for i := range shares[1:] {
		shares[i+1] += shares[i]
	}
	return func(v float64) float64 {
		if width == 0 {
			return v
		}
		place := (v-float64(low))/width - 0.5 // from the centre of the first bin
		at := int(math.Floor(min(max(place, 0), 254)))
		share := min(max(place-float64(at), 0), 1)
		return 255 * ((1-share)*shares[at] + share*shares[at+1])
	}
}

// adapted equalises the brightness of 8 by 8 parts of the picture, and keeps the colours.
func adapted(src image.Image) image.Image {
	const tiles, limit = 8, 0.03 * 256
	if gray, ok := src.(*image.Gray); ok {
		return CLAHE(Gray(gray), tiles, limit).Image()
	}
	out := imaging.Copy(src)
	bright := New(out.Rect.Dx(), out.Rect.Dy())
	for i := range bright.Pix {
		bright.Pix[i] = max(out.Pix[4*i], out.Pix[4*i+1], out.Pix[4*i+2])
	}
	for i, v := range CLAHE(bright, tiles, limit).Pix {
		for c := range 3 {
			if old := int(bright.Pix[i]); old > 0 {
				out.Pix[4*i+c] = uint8(int(out.Pix[4*i+c]) * int(v) / old)
			} else {
				out.Pix[4*i+c] = v
			}
		}
	}
	return out
}

package classic

import (
	"context"
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// equalize raises the contrast of a picture by one of three methods. The first two treat all
// channels alike.
func equalize(_ context.Context, call *engine.Call, picture *value.Image, pixels image.Image) (engine.Outputs, error) {
	var out image.Image
	switch kind := argument.Text(call, "equalization_type"); kind {
	case "Contrast Stretching":
		histogram := all(pixels)
		low, high := raster.Quantile(&histogram, 0.02), raster.Quantile(&histogram, 0.98)
		out = mapped(pixels, func(v float64) float64 { return (min(max(v, low), high) - low) / (high - low) * 255 })
	case "Histogram Equalization":
		out = mapped(pixels, spread(all(pixels)))
	case "Adaptive Equalization":
		out = adapted(pixels)
	default:
		return nil, engine.Failf(engine.RuntimeInput, "equalization_type %.60q is not known", kind)
	}
	return engine.Outputs{"image": picture.WithPixels(out)}, nil
}

// all counts the values of all channels.
func all(src image.Image) (sum [256]int) {
	raster.Each(src, func(p raster.Plane) raster.Plane {
		for v, n := range raster.Histogram(p) {
			sum[v] += n
		}
		return p
	})
	return sum
}

func mapped(src image.Image, to func(float64) float64) image.Image {
	var table [256]uint8
	for i := range table {
		table[i] = uint8(min(max(to(float64(i)), 0), 255)) // NaN, of an even picture, becomes 0
	}
	return raster.Map(src, &table)
}

// spread returns the function that makes all values equally frequent: the share of the
// pixels up to a value, in 256 bins between the least and the greatest one.
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
		return raster.CLAHE(raster.Gray(gray), tiles, limit).Image()
	}
	out := imaging.Copy(src)
	bright := raster.New(out.Rect.Dx(), out.Rect.Dy())
	for i := range bright.Pix {
		bright.Pix[i] = max(out.Pix[4*i], out.Pix[4*i+1], out.Pix[4*i+2])
	}
	for i, v := range raster.CLAHE(bright, tiles, limit).Pix {
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

package sift

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

const (
	// doublePixels bounds the pictures that are doubled first, and mostPixels those that are
	// searched as they are. A larger one is shrunk.
	doublePixels = 500_000
	mostPixels   = 2_000_000
	// MostPoints bounds the key points of a picture. Those of the most contrast are kept.
	MostPoints = 3000
	// mostCandidates bounds the extrema of an octave that are described.
	mostCandidates = 40_000
)

// Find returns the key points of a picture, those of the most contrast first.
func Find(ctx context.Context, p raster.Plane) ([]Point, error) {
	size, factor := p.W*p.H, 1.0
	if size == 0 {
		return nil, nil
	}
	if size > mostPixels {
		factor = math.Sqrt(float64(size) / mostPixels)
		p = raster.Resize(p, max(1, int(float64(p.W)/factor)), max(1, int(float64(p.H)/factor)))
	}
	first, number, pixel := gridOf(p), 0, factor
	if p.W*p.H <= doublePixels {
		first, number, pixel = first.doubled().blur(missing(2*cameraSigma, sigma)), -1, factor/2
	} else {
		first = first.blur(missing(cameraSigma, sigma))
	}
	var points []Point
	for ; min(first.w, first.h) >= leastSide; number++ {
		o, err := newOctave(ctx, first, pixel, number)
		if err != nil {
			return nil, err
		}
		found, err := o.points(ctx)
		if err != nil {
			return nil, err
		}
		points = strongest(append(points, found...))
		first, pixel = o.blurred[scales].halved(), 2*pixel
	}
	return points, nil
}

// strongest keeps the points with the most contrast. Their order depends only on the picture.
func strongest(points []Point) []Point {
	slices.SortStableFunc(points, func(a, b Point) int { return cmp.Compare(b.Response, a.Response) })
	return points[:min(len(points), MostPoints)]
}

func (o *octave) points(ctx context.Context) ([]Point, error) {
	var out []Point
	candidates := 0
	for layer := 1; layer <= scales; layer++ {
		d := o.differences[layer]
		for y := border; y < d.h-border; y++ {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for x := border; x < d.w-border; x++ {
				if candidates > mostCandidates || !o.extremum(layer, x, y) {
					continue
				}
				candidates++
				if p, ok := o.refine(layer, x, y); ok {
					out = append(out, o.oriented(p)...)
				}
			}
		}
	}
	out = strongest(out)
	for i := range out {
		o.describe(&out[i])
	}
	return out, nil
}

// faint is the smallest difference that can be a key point.
const faint = 0.5 * contrast / scales * 255

// extremum reports whether a difference is above or below all its 26 neighbours.
func (o *octave) extremum(layer, x, y int) bool {
	d := o.differences[layer]
	v := d.at[y*d.w+x]
	if v > -faint && v < faint {
		return false
	}
	sign := float32(1)
	if v < 0 {
		sign = -1
	}
	v *= sign
	for k := layer - 1; k <= layer+1; k++ {
		at := o.differences[k].at
		for j := y - 1; j <= y+1; j++ {
			row := at[j*d.w+x-1 : j*d.w+x+2]
			if sign*row[0] > v || sign*row[1] > v || sign*row[2] > v {
				return false
			}
		}
	}
	return true
}

// Memory returns the size of a picture that takes as much memory as [Find] takes for a
// picture of the given size: eleven grids of four-byte numbers, and two for the work.
func Memory(w, h int) (width, height int) {
	size := min(w*h, mostPixels)
	if size <= doublePixels {
		size *= 4
	}
	return 13, size
}

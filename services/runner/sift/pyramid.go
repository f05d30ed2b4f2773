package sift

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

const (
	// scales is the number of scales of an octave on which extrema are looked for.
	scales = 3
	// sigma is the blur of the first scale of an octave, and cameraSigma that of a picture.
	sigma, cameraSigma = 1.6, 0.5
	// leastSide is the shorter side of the last octave, in pixels.
	leastSide = 16
)

// grid has the brightness at each pixel, 0 to 255, row by row.
type grid struct {
	w, h int
	at   []float32
}

func newGrid(w, h int) grid { return grid{w, h, make([]float32, w*h)} }

func gridOf(p raster.Plane) grid {
	g := newGrid(p.W, p.H)
	for i, v := range p.Pix {
		g.at[i] = float32(v)
	}
	return g
}

// doubled has twice the size, interpolated between pixels.
func (g grid) doubled() grid {
	out := newGrid(2*g.w, 2*g.h)
	for y := range out.h {
		y0, y1, fy := around(y, g.h)
		for x := range out.w {
			x0, x1, fx := around(x, g.w)
			up := g.at[y0*g.w+x0]*(1-fx) + g.at[y0*g.w+x1]*fx
			down := g.at[y1*g.w+x0]*(1-fx) + g.at[y1*g.w+x1]*fx
			out.at[y*out.w+x] = up*(1-fy) + down*fy
		}
	}
	return out
}

// around returns the pixels around a place of the doubled side. Pixel i stays at 2 i.
func around(i, n int) (before, after int, share float32) {
	return i / 2, min(i/2+1, n-1), float32(i%2) / 2
}

// halved takes every second pixel.
func (g grid) halved() grid {
	out := newGrid(g.w/2, g.h/2)
	for y := range out.h {
		for x := range out.w {
			out.at[y*out.w+x] = g.at[2*y*g.w+2*x]
		}
	}
	return out
}

// blur is a Gaussian blur that covers four deviations on each side. The border is mirrored.
func (g grid) blur(deviation float64) grid {
	kernel := gaussian(deviation)
	reach := len(kernel) / 2
	across := newGrid(g.w, g.h)
	padded := make([]float32, g.w+2*reach)
	for y := range g.h {
		row := g.at[y*g.w : (y+1)*g.w]
		for i := range padded {
			padded[i] = row[raster.Reflect(i-reach, g.w)]
		}
		accumulate(across.at[y*g.w:(y+1)*g.w], kernel, func(i int) []float32 { return padded[i:] })
	}
	out := newGrid(g.w, g.h)
	for y := range g.h {
		accumulate(out.at[y*g.w:(y+1)*g.w], kernel, func(i int) []float32 {
			from := raster.Reflect(y+i-reach, g.h) * g.w
			return across.at[from : from+g.w]
		})
	}
	return out
}

func accumulate(to, kernel []float32, from func(i int) []float32) {
	for i, weight := range kernel {
		row := from(i)[:len(to)]
		for x, v := range row {
			to[x] += weight * v
		}
	}
}

func gaussian(deviation float64) []float32 {
	reach := max(1, int(math.Ceil(4*deviation)))
	weights, sum := make([]float64, 2*reach+1), 0.0
	for i := range weights {
		d := float64(i - reach)
		weights[i] = math.Exp(-d * d / (2 * deviation * deviation))
		sum += weights[i]
	}
	kernel := make([]float32, len(weights))
	for i, w := range weights {
		kernel[i] = float32(w / sum)
	}
	return kernel
}

// octave has the blurred pictures of one size, and the differences of neighbours.
type octave struct {
	blurred     [scales + 3]grid
	differences [scales + 2]grid
	// size is the side of a pixel, in pixels of the picture.
	size float64
	// number is 0 for the size of the picture, and -1 for the doubled one.
	number int
}

// newOctave blurs in steps: each scale is the one before, blurred by the difference.
func newOctave(ctx context.Context, first grid, size float64, number int) (*octave, error) {
	o := &octave{size: size, number: number}
	o.blurred[0] = first
	step := math.Pow(2, 1./scales)
	for i := 1; i < len(o.blurred); i++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		o.blurred[i] = o.blurred[i-1].blur(sigma * math.Pow(step, float64(i-1)) * math.Sqrt(step*step-1))
		difference := newGrid(first.w, first.h)
		for k, v := range o.blurred[i].at {
			difference.at[k] = v - o.blurred[i-1].at[k]
		}
		o.differences[i-1] = difference
	}
	return o, nil
}

// missing returns the blur that must be added to one blur to get another.
func missing(has, wants float64) float64 { return math.Sqrt(max(wants*wants-has*has, 0.01)) }

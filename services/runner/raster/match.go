package raster

import (
	"context"
	"math"
)

// Match returns how well a template fits at each position of a picture: the correlation of
// the brightness minus its mean, from -1 to 1 (OpenCV's TM_CCOEFF_NORMED). It is 0 where the
// picture has one brightness.
func Match(ctx context.Context, p, template Plane) (Field, error) {
	out := Field{W: p.W - template.W + 1, H: p.H - template.H + 1}
	out.At = make([]float32, out.W*out.H)
	centered, energy := centre(template)
	if energy == 0 { // a template of one brightness fits everywhere
		for i := range out.At {
			out.At[i] = 1
		}
		return out, nil
	}
	products, err := correlate(ctx, p, centered, template.W, template.H)
	if err != nil {
		return out, err
	}
	sums, n := newSums(p), float64(template.W*template.H)
	for y := range out.H {
		for x, v := range products.At[y*out.W : (y+1)*out.W] {
			sum, squares := sums.box(x, y, template.W, template.H)
			if spread := squares - sum*sum/n; spread > 0.25 {
				out.At[y*out.W+x] = float32(min(max(float64(v)/math.Sqrt(spread*energy), -1), 1))
			}
		}
	}
	return out, nil
}

// centre returns the template minus its mean, and the sum of the squares of the result.
func centre(t Plane) (out []float32, energy float64) {
	sum := 0.0
	for _, v := range t.Pix {
		sum += float64(v)
	}
	mean := sum / float64(len(t.Pix))
	out = make([]float32, len(t.Pix))
	for i, v := range t.Pix {
		d := float64(v) - mean
		out[i] = float32(d)
		energy += d * d
	}
	return out, energy
}

// sums has, for each position, the sum of all pixels above and to the left, and of their
// squares.
type sums struct {
	w            int
	sum, squares []float64
}

func newSums(p Plane) sums {
	s := sums{w: p.W + 1, sum: make([]float64, (p.W+1)*(p.H+1)), squares: make([]float64, (p.W+1)*(p.H+1))}
	for y := range p.H {
		line, square := 0.0, 0.0
		for x, v := range p.Row(y) {
			line += float64(v)
			square += float64(v) * float64(v)
			at := (y+1)*s.w + x + 1
			s.sum[at], s.squares[at] = s.sum[at-s.w]+line, s.squares[at-s.w]+square
		}
	}
	return s
}

func (s sums) box(x, y, w, h int) (sum, squares float64) {
	a, b, c, d := y*s.w+x, y*s.w+x+w, (y+h)*s.w+x, (y+h)*s.w+x+w
	return s.sum[d] - s.sum[b] - s.sum[c] + s.sum[a], s.squares[d] - s.squares[b] - s.squares[c] + s.squares[a]
}

package raster

import (
	"context"
	"math"
	"math/bits"
	"math/cmplx"
)

// spectrum is a picture whose sides are powers of two, or its Fourier transform.
type spectrum struct {
	w, h int
	at   []complex128
}

// above returns the smallest power of two that is at least n.
func above(n int) int { return 1 << bits.Len(uint(n-1)) }

// correlate returns, for each position where a template lies completely on a picture, the sum
// of the products of their pixels.
func correlate(ctx context.Context, p Plane, template []float32, tw, th int) (Field, error) {
	w, h := above(p.W), above(p.H)
	a, b := spectrum{w, h, make([]complex128, w*h)}, spectrum{w, h, make([]complex128, w*h)}
	for y := range p.H {
		for x, v := range p.Row(y) {
			a.at[y*w+x] = complex(float64(v), 0)
		}
	}
	for y := range th {
		for x, v := range template[y*tw : (y+1)*tw] {
			b.at[y*w+x] = complex(float64(v), 0)
		}
	}
	out := Field{W: p.W - tw + 1, H: p.H - th + 1}
	out.At = make([]float32, out.W*out.H)
	for _, s := range []spectrum{a, b} {
		if err := s.transform(ctx, 1); err != nil {
			return out, err
		}
	}
	for i, v := range b.at {
		a.at[i] *= cmplx.Conj(v)
	}
	if err := a.transform(ctx, -1); err != nil {
		return out, err
	}
	for y := range out.H {
		for x := range out.W {
			out.At[y*out.W+x] = float32(real(a.at[y*w+x]) / float64(w*h))
		}
	}
	return out, nil
}

// transform is the Fourier transform (sign 1) or its inverse without the factor (sign -1).
func (s spectrum) transform(ctx context.Context, sign float64) error {
	across := twiddles(s.w, sign)
	for y := range s.h {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		fourier(s.at[y*s.w:(y+1)*s.w], across)
	}
	down, column := twiddles(s.h, sign), make([]complex128, s.h)
	for x := range s.w {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for y := range column {
			column[y] = s.at[y*s.w+x]
		}
		fourier(column, down)
		for y, v := range column {
			s.at[y*s.w+x] = v
		}
	}
	return nil
}

func twiddles(n int, sign float64) []complex128 {
	out := make([]complex128, n/2)
	for i := range out {
		sin, cos := math.Sincos(-sign * 2 * math.Pi * float64(i) / float64(n))
		out[i] = complex(cos, sin)
	}
	return out
}

// fourier transforms a line in place (Cooley and Tukey). Its length is a power of two.
func fourier(line, twiddles []complex128) {
	n := len(line)
	if n < 2 {
		return
	}
	shift := bits.UintSize - uint(bits.Len(uint(n))) + 1
	for i := range line {
		if k := int(bits.Reverse(uint(i)) >> shift); k > i {
			line[i], line[k] = line[k], line[i]
		}
	}
	for size := 2; size <= n; size *= 2 {
		half, step := size/2, n/size
		for from := 0; from < n; from += size {
			for i := range half {
				a, b := line[from+i], line[from+i+half]*twiddles[i*step]
				line[from+i], line[from+i+half] = a+b, a-b
			}
		}
	}
}

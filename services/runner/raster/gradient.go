package raster

import "math"

// Field has a number for each pixel of a picture, row by row.
type Field struct {
	W, H int
	At   []float32
}

// Sobel returns the horizontal and the vertical change at each pixel (3 by 3, without a
// factor). The border is mirrored.
func Sobel(p Plane) (x, y Field) {
	x, y = newField(p), newField(p)
	for j := range p.H {
		up, row, down := p.Row(Reflect(j-1, p.H)), p.Row(j), p.Row(Reflect(j+1, p.H))
		for i := range p.W {
			l, r := Reflect(i-1, p.W), Reflect(i+1, p.W)
			at := j*p.W + i
			x.At[at] = float32(int(up[r]) - int(up[l]) + 2*(int(row[r])-int(row[l])) + int(down[r]) - int(down[l]))
			y.At[at] = float32(int(down[l]) - int(up[l]) + 2*(int(down[i])-int(up[i])) + int(down[r]) - int(up[r]))
		}
	}
	return x, y
}

func newField(p Plane) Field { return Field{p.W, p.H, make([]float32, p.W*p.H)} }

// Magnitude returns the length of the vectors x, y.
func Magnitude(x, y Field) Field {
	out := Field{x.W, x.H, make([]float32, len(x.At))}
	for i, v := range x.At {
		out.At[i] = float32(math.Hypot(float64(v), float64(y.At[i])))
	}
	return out
}

// Mean replaces each number by the mean of a square around it. The border is mirrored.
func (f Field) Mean(size int) Field {
	out := Field{f.W, f.H, make([]float32, len(f.At))}
	columns, rows := places(f.W, size, Reflect), places(f.H, size, Reflect)
	sums := make([]float64, f.W)
	add := func(y int, sign float64) {
		for x := range sums {
			sums[x] += sign * float64(f.At[rows[y]*f.W+x])
		}
	}
	for y := range size - 1 {
		add(y, 1)
	}
	for y := range f.H {
		add(y+size-1, 1)
		sum := 0.0
		for x := range size - 1 {
			sum += sums[columns[x]]
		}
		for x := range f.W {
			sum += sums[columns[x+size-1]]
			out.At[y*f.W+x] = float32(sum / float64(size*size))
			sum -= sums[columns[x]]
		}
		add(y, -1)
	}
	return out
}

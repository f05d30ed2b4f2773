package raster

import "math"

// Border determines the pixels outside of a picture.
type Border func(i, n int) int

// Reflect mirrors the picture without repeating the last pixel: 2 1 | 0 1 2.
func Reflect(i, n int) int {
	if n == 1 {
		return 0
	}
	for i < 0 || i >= n {
		if i < 0 {
			i = -i
		} else {
			i = 2*n - 2 - i
		}
	}
	return i
}

// Replicate repeats the last pixel.
func Replicate(i, n int) int { return min(max(i, 0), n-1) }

// places returns the position of each tap of a kernel along a side: place[x+i] for tap i.
func places(n, size int, border Border) []int {
	out := make([]int, n+size-1)
	for i := range out {
		out[i] = border(i-size/2, n)
	}
	return out
}

// Box replaces each pixel by the mean of a square around it.
func Box(p Plane, size int, border Border) Plane {
	out := New(p.W, p.H)
	columns, rows := places(p.W, size, border), places(p.H, size, border)
	sums := make([]int, p.W) // of each column in the rows of the square
	add := func(y, sign int) {
		for x, v := range p.Row(rows[y]) {
			sums[x] += sign * int(v)
		}
	}
	for y := range size - 1 {
		add(y, 1)
	}
	mean := means(size * size)
	for y := range p.H {
		add(y+size-1, 1)
		sum, row := 0, out.Row(y)
		for x := range size - 1 {
			sum += sums[columns[x]]
		}
		for x := range row {
			sum += sums[columns[x+size-1]]
			row[x] = mean(sum)
			sum -= sums[columns[x]]
		}
		add(y, -1)
	}
	return out
}

// means divides a sum of n pixels by n. For a small n it uses a table.
func means(n int) func(sum int) uint8 {
	divide := func(sum int) uint8 { return byteOf(float64(sum) / float64(n)) }
	const largest = 15 * 15
	if n > largest {
		return divide
	}
	table := make([]uint8, 255*n+1)
	for sum := range table {
		table[sum] = divide(sum)
	}
	return func(sum int) uint8 { return table[sum] }
}

// Gaussian blurs with a kernel of an odd size. The deviation follows from the size.
func Gaussian(p Plane, size int, border Border) Plane {
	kernel := gaussian(size)
	across := make([]float32, len(p.Pix))
	columns, rows := places(p.W, size, border), places(p.H, size, border)
	padded := make([]float32, len(columns)) // a row with its border
	for y := range p.H {
		row, to := p.Row(y), across[y*p.W:(y+1)*p.W]
		for i, at := range columns {
			padded[i] = float32(row[at])
		}
		for i, weight := range kernel {
			for x, v := range padded[i:][:len(to)] {
				to[x] += weight * v
			}
		}
	}
	out, sum := New(p.W, p.H), make([]float32, p.W)
	for y := range p.H {
		clear(sum)
		for i, weight := range kernel {
			for x, v := range across[rows[y+i]*p.W:][:len(sum)] {
				sum[x] += weight * v
			}
		}
		row := out.Row(y)[:len(sum)]
		for x, v := range sum {
			row[x] = byteOf32(v)
		}
	}
	return out
}

// gaussian returns OpenCV's kernel for a size: small ones are exact fractions.
func gaussian(size int) []float32 {
	switch size {
	case 1:
		return []float32{1}
	case 3:
		return []float32{0.25, 0.5, 0.25}
	case 5:
		return []float32{0.0625, 0.25, 0.375, 0.25, 0.0625}
	case 7:
		return []float32{0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125}
	}
	sigma := 0.3*(float64(size-1)*0.5-1) + 0.8
	weights, sum := make([]float64, size), 0.0
	for i := range weights {
		d := float64(i) - float64(size-1)/2
		weights[i] = math.Exp(-d * d / (2 * sigma * sigma))
		sum += weights[i]
	}
	kernel := make([]float32, size)
	for i, w := range weights {
		kernel[i] = float32(w / sum)
	}
	return kernel
}

// Median replaces each pixel by the median of a square of an odd size around it. The
// histogram of the square moves along each row (Huang).
func Median(p Plane, size int) Plane {
	out := New(p.W, p.H)
	columns, rows := places(p.W, size, Replicate), places(p.H, size, Replicate)
	for y := range p.H {
		var histogram [256]int
		column := func(x, sign int) {
			for i := range size {
				histogram[p.Pix[rows[y+i]*p.W+columns[x]]] += sign
			}
		}
		for x := range size - 1 {
			column(x, 1)
		}
		for x := range p.W {
			column(x+size-1, 1)
			out.Pix[y*p.W+x] = middle(&histogram, size*size/2)
			column(x, -1)
		}
	}
	return out
}

// middle returns the value at the given rank of a histogram.
func middle(histogram *[256]int, before int) uint8 {
	seen := 0
	for v, n := range histogram {
		if seen += n; seen > before {
			return uint8(v)
		}
	}
	return 255
}

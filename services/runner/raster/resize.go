package raster

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// taps are the source pixels of each pixel of a resized side: those of i begin at first[i]
// and have the weights from start[i] to start[i+1].
type taps struct {
	first, start []int
	weights      []float32
}

// Resize changes the size of a plane like OpenCV's INTER_AREA: it averages areas when both
// sides shrink, and otherwise interpolates between neighbours.
func Resize(p Plane, w, h int) Plane {
	tapsOf := linear
	if w <= p.W && h <= p.H {
		tapsOf = area
	}
	columns, rows := tapsOf(p.W, w), tapsOf(p.H, h)
	out := New(w, h)
	imaging.Rows(h, max(w, p.W*p.H/max(h, 1)), func(from, to int) {
		r := &resizer{p: p, columns: columns, lines: [2][]float32{make([]float32, w), make([]float32, w)}, at: [2]int{-1, -1}}
		sum := make([]float32, w)
		for y := from; y < to; y++ {
			weights := rows.weights[rows.start[y]:rows.start[y+1]]
			for i, weight := range weights {
				line := r.line(rows.first[y] + i)[:len(sum)]
				if i == 0 {
					for x, v := range line {
						sum[x] = weight * v
					}
					continue
				}
				for x, v := range line {
					sum[x] += weight * v
				}
			}
			row := out.Row(y)[:len(sum)]
			for x, v := range sum {
				row[x] = byteOf32(v)
			}
		}
	})
	return out
}

// resizer keeps two rows that were resized horizontally, because neighbouring rows share at
// most two.
type resizer struct {
	p       Plane
	columns taps
	lines   [2][]float32
	at      [2]int
}

func (r *resizer) line(y int) []float32 {
	line := r.lines[y&1]
	if r.at[y&1] == y {
		return line
	}
	r.at[y&1] = y
	row := r.p.Row(y)
	start := 0
	for x := range line {
		end := r.columns.start[x+1]
		weights := r.columns.weights[start:end]
		from := row[r.columns.first[x]:][:len(weights)]
		sum := float32(0)
		for i, weight := range weights {
			sum += weight * float32(from[i])
		}
		line[x] = sum
		start = end
	}
	return line
}

// area returns the pixels that each new pixel covers, weighted by the covered share.
func area(from, to int) taps {
	scale := float64(from) / float64(to)
	t := taps{make([]int, to), make([]int, to+1), make([]float32, 0, from+to)}
	for i := range to {
		low, high := float64(i)*scale, math.Min(float64(i+1)*scale, float64(from))
		t.first[i] = -1
		for at := int(low); at < from && float64(at) < high; at++ {
			share := math.Min(float64(at+1), high) - math.Max(float64(at), low)
			if share > 1e-6 {
				if t.first[i] < 0 {
					t.first[i] = at
				}
				t.weights = append(t.weights, float32(share/(high-low)))
			}
		}
		t.start[i+1] = len(t.weights)
	}
	return t
}

// linear returns the two neighbours of each new pixel. In an enlarged picture, most new
// pixels lie inside of one old pixel and keep its value.
func linear(from, to int) taps {
	scale := float64(from) / float64(to)
	t := taps{make([]int, to), make([]int, to+1), make([]float32, 0, 2*to)}
	for i := range to {
		at := min(int(float64(i)*scale), from-1)
		share := float64(i+1) - float64(at+1)/scale
		if share <= 0 || at == from-1 {
			share = 0
		} else {
			share -= math.Floor(share)
		}
		t.first[i] = at
		t.weights = append(t.weights, float32(1-share))
		if share > 0 {
			t.weights = append(t.weights, float32(share))
		}
		t.start[i+1] = len(t.weights)
	}
	return t
}

package detection

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// rows puts pieces into lines: a piece joins the line above it if it is less than half the
// median height away from the line's middle.
func (r *reading) rows() [][]piece {
	pieces := slices.Clone(r.pieces)
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(a.across, b.across) })
	near := medianHeight(pieces) / 2
	var lines [][]piece
	sum := 0.0
	for _, p := range pieces {
		last := len(lines) - 1
		if last < 0 || math.Abs(p.across-sum/float64(len(lines[last]))) > near {
			lines, sum = append(lines, nil), 0
			last++
		}
		lines[last] = append(lines[last], p)
		sum += p.across
	}
	for _, line := range lines {
		slices.SortStableFunc(line, func(a, b piece) int { return cmp.Compare(a.along, b.along) })
	}
	return r.ordered(lines, middle)
}

func medianHeight(pieces []piece) float64 {
	heights := make([]float64, len(pieces))
	for i, p := range pieces {
		heights[i] = p.height
	}
	slices.Sort(heights)
	half := len(heights) / 2
	if len(heights)%2 == 1 {
		return heights[half]
	}
	return (heights[half-1] + heights[half]) / 2
}

// spaced writes the lines with spaces at the gaps between words. The gaps of the whole text
// together determine which gaps separate words.
func (r *reading) spaced(lines [][]piece, multiplier float64) []string {
	var gaps []float64
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			gaps = append(gaps, gap(line[i-1], line[i]))
		}
	}
	threshold, words := otsu(gaps)
	if !words {
		return r.plain(lines)
	}
	space := r.delimiter
	if space == "" {
		space = " "
	}
	out := make([]string, len(lines))
	for i, line := range lines {
		var b strings.Builder
		for k, p := range line {
			switch {
			case k == 0:
			case gap(line[k-1], p) > threshold*multiplier:
				b.WriteString(space)
			default:
				b.WriteString(r.delimiter)
			}
			b.WriteString(p.text)
		}
		out[i] = b.String()
	}
	return out
}

// gap returns the distance between the edges of two pieces, as a multiple of their mean
// width.
func gap(a, b piece) float64 {
	width := (a.width + b.width) / 2
	if !(width > 0) {
		return 0
	}
	return (b.along - a.along - width) / width
}

// otsu returns the threshold that separates gaps into two classes with the largest variance
// between them (Otsu's method, over a histogram of at most 50 bins). It also reports whether
// the classes are distinct, so that the larger gaps are those between words.
func otsu(gaps []float64) (threshold float64, words bool) {
	if len(gaps) < 2 {
		return 0, false
	}
	low, high := slices.Min(gaps), slices.Max(gaps)
	if low == high {
		return 0, false
	}
	bins := min(50, len(gaps))
	most, below, above := 0.0, 0.0, 0.0
	for i := range bins {
		at := low + (float64(i)+0.5)*(high-low)/float64(bins)
		var count [2]int
		var sum [2]float64
		for _, g := range gaps {
			k := 0
			if g > at {
				k = 1
			}
			count[k]++
			sum[k] += g
		}
		if count[0] == 0 || count[1] == 0 {
			continue
		}
		a, b := sum[0]/float64(count[0]), sum[1]/float64(count[1])
		if variance := float64(count[0]) * float64(count[1]) * (a - b) * (a - b); variance > most {
			most, threshold, below, above = variance, at, a, b
		}
	}
	return threshold, above > 0.3 && above-below > 0.3
}

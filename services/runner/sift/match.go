package sift

import (
	"context"
	"math"
)

// Pair is a pair of descriptors that resemble each other.
type Pair struct{ A, B int }

// Match finds the nearest descriptor in b for each in a. A pair is ambiguous and left out if
// the second nearest is almost as near: the distance must be below ratio times that of the
// second nearest (section 7.1 of the paper).
func Match(ctx context.Context, a, b [][128]uint8, ratio float64) ([]Pair, error) {
	if len(b) < 2 {
		return nil, ctx.Err()
	}
	var out []Pair
	for i := range a {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		at, best, second := 0, math.MaxInt, math.MaxInt
		for k := range b {
			d := distance(&a[i], &b[k], second)
			if d < best {
				at, best, second = k, d, best
			} else if d < second {
				second = d
			}
		}
		if math.Sqrt(float64(best)) < ratio*math.Sqrt(float64(second)) {
			out = append(out, Pair{i, at})
		}
	}
	return out, nil
}

// distance returns the square of the distance. It stops above a limit, which it checks every
// 32 parts.
func distance(a, b *[128]uint8, limit int) int {
	sum := 0
	for part := 0; part < 128; part += 32 {
		for i := part; i < part+32; i++ {
			d := int(a[i]) - int(b[i])
			sum += d * d
		}
		if sum > limit {
			return sum
		}
	}
	return sum
}

// Descriptors returns the descriptors of points.
func Descriptors(points []Point) [][128]uint8 {
	out := make([][128]uint8, len(points))
	for i := range points {
		out[i] = points[i].Descriptor
	}
	return out
}

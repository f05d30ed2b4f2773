package raster

import "math"

// Quantile returns the value below which the given share of the pixels lies. It interpolates
// between neighbouring ranks.
func Quantile(histogram *[256]int, share float64) float64 {
	total := 0
	for _, n := range histogram {
		total += n
	}
	at := share * float64(total-1)
	low, rest := math.Floor(at), at-math.Floor(at)
	a, b := ranked(histogram, int(low)), ranked(histogram, int(math.Ceil(at)))
	return a + (b-a)*rest
}

// ranked returns the pixel at the given rank.
func ranked(histogram *[256]int, before int) float64 {
	for v, n := range histogram {
		if before -= n; before < 0 {
			return float64(v)
		}
	}
	return 255
}

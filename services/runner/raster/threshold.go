package raster

// Threshold returns the table of a threshold by its name in the language, and false if the
// threshold cannot be a table.
func Threshold(name string, at, most int) (*[256]uint8, bool) {
	high := uint8(min(max(most, 0), 255))
	cut := uint8(min(max(at, 0), 255))
	var above, below func(v uint8) uint8
	full := func(uint8) uint8 { return high }
	zero := func(uint8) uint8 { return 0 }
	same := func(v uint8) uint8 { return v }
	switch name {
	case "binary":
		above, below = full, zero
	case "binary_inv":
		above, below = zero, full
	case "trunc":
		above, below = func(uint8) uint8 { return cut }, same
	case "tozero":
		above, below = same, zero
	case "tozero_inv":
		above, below = zero, same
	default:
		return nil, false
	}
	var table [256]uint8
	for i := range table {
		if v := uint8(i); i > at {
			table[i] = above(v)
		} else {
			table[i] = below(v)
		}
	}
	return &table, true
}

// Otsu returns the value that divides the pixels into the two groups that differ most.
func Otsu(p Plane) int {
	histogram, sum := Histogram(p), 0.0
	for v, n := range histogram {
		sum += float64(v) * float64(n)
	}
	total := float64(len(p.Pix))
	best, at, below, belowSum := 0.0, 0, 0.0, 0.0
	for v, n := range histogram {
		below += float64(n)
		belowSum += float64(v) * float64(n)
		if below == 0 || below == total {
			continue
		}
		apart := belowSum/below - (sum-belowSum)/(total-below)
		if between := below * (total - below) * apart * apart; between > best {
			best, at = between, v
		}
	}
	return at
}

// Adaptive compares each pixel with a blurred version of its surroundings. It becomes most if
// it is brighter than the surroundings minus delta.
func Adaptive(p, surroundings Plane, delta, most int) Plane {
	out := New(p.W, p.H)
	high := uint8(min(max(most, 0), 255))
	for i, v := range p.Pix {
		if int(v)-int(surroundings.Pix[i]) > -delta {
			out.Pix[i] = high
		}
	}
	return out
}

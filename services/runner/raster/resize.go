package raster

import "math"

// tap is a source pixel of a resized one.
type tap struct {
	at     int
	weight float32
}

// Resize changes the size of a plane as OpenCV's INTER_AREA: means of areas when both sides
// shrink, else interpolation between neighbours.
func Resize(p Plane, w, h int) Plane {
	taps := linear
	if w <= p.W && h <= p.H {
		taps = area
	}
	columns, rows := taps(p.W, w), taps(p.H, h)
	out := New(w, h)
	across := map[int][]float32{} // rows that are in use, resized across
	for y, row := range rows {
		sum := make([]float32, w)
		for _, t := range row {
			line, ok := across[t.at]
			if !ok {
				line = resizeRow(p.Row(t.at), columns)
				across[t.at] = line
			}
			for x, v := range line {
				sum[x] += t.weight * v
			}
		}
		for x, v := range sum {
			out.Pix[y*w+x] = byteOf(float64(v))
		}
		for at := range across { // later rows need none above the first one of this
			if at < row[0].at {
				delete(across, at)
			}
		}
	}
	return out
}

func resizeRow(row []uint8, columns [][]tap) []float32 {
	out := make([]float32, len(columns))
	for x, taps := range columns {
		for _, t := range taps {
			out[x] += t.weight * float32(row[t.at])
		}
	}
	return out
}

// area returns the pixels that each new pixel covers, by their shares.
func area(from, to int) [][]tap {
	scale := float64(from) / float64(to)
	out := make([][]tap, to)
	for i := range out {
		low, high := float64(i)*scale, math.Min(float64(i+1)*scale, float64(from))
		for at := int(low); at < from && float64(at) < high; at++ {
			share := math.Min(float64(at+1), high) - math.Max(float64(at), low)
			if share > 1e-6 {
				out[i] = append(out[i], tap{at, float32(share / (high - low))})
			}
		}
	}
	return out
}

// linear returns the two neighbours of each new pixel. Most pixels of an enlarged picture
// are inside of one old pixel and keep its value.
func linear(from, to int) [][]tap {
	scale := float64(from) / float64(to)
	out := make([][]tap, to)
	for i := range out {
		at := min(int(float64(i)*scale), from-1)
		share := float64(i+1) - float64(at+1)/scale
		if share <= 0 || at == from-1 {
			share = 0
		} else {
			share -= math.Floor(share)
		}
		out[i] = []tap{{at, float32(1 - share)}}
		if share > 0 {
			out[i] = append(out[i], tap{at + 1, float32(share)})
		}
	}
	return out
}

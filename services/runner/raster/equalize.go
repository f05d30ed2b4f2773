package raster

// CLAHE equalises the histogram of each of tiles by tiles parts of a picture, and
// interpolates between them (Zuiderveld, "Contrast Limited Adaptive Histogram
// Equalization", 1994). limit is the greatest height of a histogram in multiples of the
// mean; the rest is spread evenly.
func CLAHE(p Plane, tiles int, limit float64) Plane {
	w, h := (p.W+tiles-1)/tiles, (p.H+tiles-1)/tiles
	tables := make([][256]uint8, tiles*tiles)
	for ty := range tiles {
		for tx := range tiles {
			tables[ty*tiles+tx] = tableOf(p, tx*w, ty*h, w, h, limit)
		}
	}
	out := New(p.W, p.H)
	for y := range p.H {
		top, bottom, down := neighbours(y, h, tiles)
		for x := range p.W {
			left, right, across := neighbours(x, w, tiles)
			v := p.Pix[y*p.W+x]
			upper := (1-across)*float64(tables[top*tiles+left][v]) + across*float64(tables[top*tiles+right][v])
			lower := (1-across)*float64(tables[bottom*tiles+left][v]) + across*float64(tables[bottom*tiles+right][v])
			out.Pix[y*p.W+x] = byteOf((1-down)*upper + down*lower)
		}
	}
	return out
}

// neighbours returns the two tiles whose centres a position is between, and its share of the
// second.
func neighbours(at, size, tiles int) (first, second int, share float64) {
	place := float64(at)/float64(size) - 0.5
	first = int(place+1) - 1 // rounds down, also below 0
	share = place - float64(first)
	return max(first, 0), min(first+1, tiles-1), share
}

// tableOf returns the table that equalises a tile. Pixels outside of the picture are
// mirrored.
func tableOf(p Plane, left, top, w, h int, limit float64) (table [256]uint8) {
	var histogram [256]int
	for y := top; y < top+h; y++ {
		row := p.Row(Reflect(y, p.H))
		for x := left; x < left+w; x++ {
			histogram[row[Reflect(x, p.W)]]++
		}
	}
	most, above := max(int(limit*float64(w*h)/256), 1), 0
	for i, n := range histogram {
		if n > most {
			above += n - most
			histogram[i] = most
		}
	}
	rest := above % 256
	step := 256
	if rest > 0 {
		step = max(256/rest, 1)
	}
	sum := 0
	for i := range histogram {
		n := histogram[i] + above/256
		if rest > 0 && i%step == 0 {
			n++
			rest--
		}
		sum += n
		table[i] = byteOf(float64(sum) * 255 / float64(w*h))
	}
	return table
}

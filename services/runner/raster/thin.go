package raster

// Thin removes one layer from the edge of bright lines without breaking them (one iteration
// of Zhang and Suen, 1984). It keeps the pixels at the border.
func Thin(p Plane) Plane {
	out := New(p.W, p.H)
	for i, v := range p.Pix {
		if v > 0 {
			out.Pix[i] = 255
		}
	}
	if p.W < 3 || p.H < 3 {
		return out
	}
	out = thinSide(out, func(n [8]bool) bool { return !(n[0] && n[2] && n[4]) && !(n[2] && n[4] && n[6]) })
	return thinSide(out, func(n [8]bool) bool { return !(n[0] && n[2] && n[6]) && !(n[0] && n[4] && n[6]) })
}

// thinSide removes the pixels on one side. The neighbours count clockwise from above.
func thinSide(p Plane, side func([8]bool) bool) Plane {
	out := New(p.W, p.H)
	copy(out.Pix, p.Pix)
	around := [8]int{-p.W, -p.W + 1, 1, p.W + 1, p.W, p.W - 1, -1, -p.W - 1}
	for y := 1; y < p.H-1; y++ {
		for x := 1; x < p.W-1; x++ {
			at := y*p.W + x
			if p.Pix[at] == 0 {
				continue
			}
			var n [8]bool
			bright, rises := 0, 0
			for k, step := range around {
				if n[k] = p.Pix[at+step] > 0; n[k] {
					bright++
				}
			}
			for k := range n {
				if !n[k] && n[(k+1)%8] {
					rises++
				}
			}
			if bright >= 2 && bright <= 6 && rises == 1 && side(n) {
				out.Pix[at] = 0
			}
		}
	}
	return out
}

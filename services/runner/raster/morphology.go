package raster

// Erode replaces each pixel by the darkest in a square around it.
func Erode(p Plane, size int) Plane {
	return inverted(Dilate(inverted(p), size))
}

// Dilate replaces each pixel by the brightest in a square around it. Pixels outside of the
// picture do not count. The work does not depend on the size (van Herk, Gil and Werman).
func Dilate(p Plane, size int) Plane {
	out := New(p.W, p.H)
	w := newWindow(p.W, size)
	for y := range p.H {
		copy(w.line[w.before:], p.Row(y))
		copy(out.Row(y), w.largest())
	}
	w = newWindow(p.H, size)
	for x := range p.W {
		for y := range p.H {
			w.line[w.before+y] = out.Pix[y*p.W+x]
		}
		for y, v := range w.largest() {
			out.Pix[y*p.W+x] = v
		}
	}
	return out
}

// window is a line with its border, cut into blocks of the window's size.
type window struct {
	n, size, before           int
	line, prefix, suffix, out []uint8
}

func newWindow(n, size int) *window {
	size = min(size, 2*n+1) // a larger window also sees the whole line
	length := (n + size - 1 + size - 1) / size * size
	w := &window{n: n, size: size, before: size / 2}
	w.line, w.prefix, w.suffix = make([]uint8, length), make([]uint8, length), make([]uint8, length)
	w.out = make([]uint8, n)
	return w
}

// largest returns the maximum in the window around each position: the larger of the end of
// one block and the beginning of the next.
func (w *window) largest() []uint8 {
	for i, v := range w.line {
		if i%w.size > 0 {
			v = max(v, w.prefix[i-1])
		}
		w.prefix[i] = v
	}
	for i := len(w.line) - 1; i >= 0; i-- {
		v := w.line[i]
		if (i+1)%w.size > 0 {
			v = max(v, w.suffix[i+1])
		}
		w.suffix[i] = v
	}
	for i := range w.out {
		w.out[i] = max(w.suffix[i], w.prefix[i+w.size-1])
	}
	return w.out
}

func inverted(p Plane) Plane {
	out := New(p.W, p.H)
	for i, v := range p.Pix {
		out.Pix[i] = 255 - v
	}
	return out
}

// Morphology is an operation by its name in the language.
func Morphology(name string) (func(p Plane, size int) Plane, bool) {
	operation, ok := morphologies[name]
	return operation, ok
}

var morphologies = map[string]func(p Plane, size int) Plane{
	"Erosion":  Erode,
	"Dilation": Dilate,
	"Opening":  open,
	"Closing":  closed,
	"Opening then Closing": func(p Plane, size int) Plane {
		return closed(open(p, size), size)
	},
	"Gradient":  func(p Plane, size int) Plane { return minus(Dilate(p, size), Erode(p, size)) },
	"Top Hat":   func(p Plane, size int) Plane { return minus(p, open(p, size)) },
	"Black Hat": func(p Plane, size int) Plane { return minus(closed(p, size), p) },
}

func open(p Plane, size int) Plane { return Dilate(Erode(p, size), size) }

func closed(p Plane, size int) Plane { return Erode(Dilate(p, size), size) }

func minus(a, b Plane) Plane {
	out := New(a.W, a.H)
	for i, v := range a.Pix {
		out.Pix[i] = v - min(v, b.Pix[i])
	}
	return out
}

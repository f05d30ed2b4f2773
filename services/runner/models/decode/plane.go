package decode

import (
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// plane holds one number for each cell of a grid over the model's input. Cells outside of
// the plane repeat those at its border.
type plane struct {
	cells         []float32
	width, height int
}

// view maps pixels of the picture to a plane over a model's input.
type view struct {
	fit                     imaging.Fit
	left, top               float64
	perPixelX, perPixelY    float64
	planeWidth, planeHeight int
}

// newView is the view on planes of a size, for a model that takes inputs of another.
func newView(fit imaging.Fit, inputWidth, inputHeight, width, height int) view {
	x, y := float64(width)/float64(inputWidth), float64(height)/float64(inputHeight)
	return view{
		fit: fit, left: float64(fit.Left) * x, top: float64(fit.Top) * y,
		perPixelX: fit.ScaleX * x, perPixelY: fit.ScaleY * y, planeWidth: width, planeHeight: height,
	}
}

// tap is a place between two cells: a, b, and the weight of b.
type tap struct {
	a, b int
	w    float32
}

func tapAt(at float64, size int) tap {
	if !(at > 0) {
		return tap{}
	}
	a := int(at)
	if a >= size-1 {
		return tap{a: size - 1, b: size - 1}
	}
	return tap{a, a + 1, float32(at - float64(a))}
}

func (v view) column(x int) tap {
	return tapAt((float64(x)+0.5)*v.perPixelX+v.left-0.5, v.planeWidth)
}

func (v view) row(y int) tap {
	return tapAt((float64(y)+0.5)*v.perPixelY+v.top-0.5, v.planeHeight)
}

// columns are the taps of all pixels of a row.
func (v view) columns(from, to int) []tap {
	taps := make([]tap, to-from)
	for i := range taps {
		taps[i] = v.column(from + i)
	}
	return taps
}

// pixels returns the pixels that a part of the plane may affect, with half a cell around it.
func (v view) pixels(cells image.Rectangle) image.Rectangle {
	low := func(cell int, offset, scale float64) int {
		return int(math.Floor((float64(cell)-1-offset)/scale)) - 1
	}
	r := image.Rect(
		low(cells.Min.X, v.left, v.perPixelX), low(cells.Min.Y, v.top, v.perPixelY),
		low(cells.Max.X+3, v.left, v.perPixelX)+2, low(cells.Max.Y+3, v.top, v.perPixelY)+2,
	)
	return r.Intersect(image.Rect(0, 0, v.fit.SourceWidth, v.fit.SourceHeight))
}

// at interpolates between four cells.
func (p plane) at(x, y tap) float32 {
	up, down := p.cells[y.a*p.width:(y.a+1)*p.width], p.cells[y.b*p.width:(y.b+1)*p.width]
	top := up[x.a] + (up[x.b]-up[x.a])*x.w
	low := down[x.a] + (down[x.b]-down[x.a])*x.w
	return top + (low-top)*y.w
}

// above returns the part of the plane whose cells are above a threshold.
func (p plane) above(threshold float32) image.Rectangle {
	var found image.Rectangle
	for y := range p.height {
		row := p.cells[y*p.width : (y+1)*p.width]
		first, last := -1, -1
		for x, v := range row {
			if v > threshold {
				if first < 0 {
					first = x
				}
				last = x
			}
		}
		if first >= 0 {
			found = found.Union(image.Rect(first, y, last+1, y+1))
		}
	}
	return found
}

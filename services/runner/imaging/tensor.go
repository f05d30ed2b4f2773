package imaging

import (
	"fmt"
	"image"
)

// Tensor describes how pixels become numbers: three planes of Width by Height, one after
// the other. A number is the pixel's value (0 to 255) times the Scale of its plane plus the
// Shift.
type Tensor struct {
	Width, Height int
	// BGR puts the blue plane first. Scale and Shift belong to planes, not to colours.
	BGR          bool
	Scale, Shift [3]float32
	// Padding is the pixel value around the picture.
	Padding float32
}

// Len returns the number of elements.
func (t Tensor) Len() int { return 3 * t.Width * t.Height }

// Fill samples a picture into dst at the position of fit. It is bilinear with pixel centres
// at one half and does not smooth when it shrinks, like OpenCV's INTER_LINEAR.
func (t Tensor) Fill(dst []float32, src image.Image, fit Fit) error {
	if len(dst) != t.Len() {
		return fmt.Errorf("a tensor of %d numbers for %d by %d pixels", len(dst), t.Width, t.Height)
	}
	columns := taps(fit.Width, fit.SourceWidth)
	lines := taps(fit.Height, fit.SourceHeight)
	sampler := newSampler(src)
	rows(t.Height, t.Width, func(from, to int) {
		for y := from; y < to; y++ {
			line := t.line(dst, y)
			if y < fit.Top || y >= fit.Top+fit.Height {
				line.pad(0, t.Width)
				continue
			}
			line.pad(0, fit.Left)
			line.pad(fit.Left+fit.Width, t.Width)
			sampler.row(line.part(fit.Left, fit.Width), lines[y-fit.Top], columns)
		}
	})
	return nil
}

// line is one row of all three planes, with its scale and shift.
type line struct {
	r, g, b      []float32
	scale, shift [3]float32 // by colour: r, g, b
	padding      float32
}

func (t Tensor) line(dst []float32, y int) line {
	plane := t.Width * t.Height
	at := func(i int) []float32 {
		begin := i*plane + y*t.Width
		return dst[begin : begin+t.Width]
	}
	l := line{r: at(0), g: at(1), b: at(2), scale: t.Scale, shift: t.Shift, padding: t.Padding}
	if t.BGR {
		l.r, l.b = l.b, l.r
		l.scale[0], l.scale[2] = l.scale[2], l.scale[0]
		l.shift[0], l.shift[2] = l.shift[2], l.shift[0]
	}
	return l
}

func (l line) pad(from, to int) {
	for i, row := range [][]float32{l.r, l.g, l.b} {
		v := l.padding*l.scale[i] + l.shift[i]
		for x := from; x < to; x++ {
			row[x] = v
		}
	}
}

func (l line) part(from, n int) line {
	l.r, l.g, l.b = l.r[from:from+n], l.g[from:from+n], l.b[from:from+n]
	return l
}

// tap is a sample position between pixels a and b. w is the weight of b in parts of 2048.
type tap struct{ a, b, w int32 }

// one is the full weight. Two multiplications by it fit in 31 bits.
const one = 1 << 11

func taps(n, size int) []tap {
	out := make([]tap, n)
	scale := float64(size) / float64(n)
	for i := range out {
		out[i] = tapAt((float64(i)+0.5)*scale-0.5, size)
	}
	return out
}

// tapAt repeats the border pixels beyond the edge.
func tapAt(at float64, size int) tap {
	if !(at > 0) {
		return tap{}
	}
	last := int32(size - 1)
	a := int32(at)
	if a >= last {
		return tap{a: last, b: last}
	}
	return tap{a: a, b: a + 1, w: int32((at - float64(a)) * one)}
}

// sampler reads pixels in the picture's own format.
type sampler interface {
	// row samples one row at the given columns.
	row(dst line, y tap, columns []tap)
	// at samples one position.
	at(x, y tap) (r, g, b float32)
}

func newSampler(src image.Image) sampler {
	switch src := src.(type) {
	case *image.YCbCr:
		if s, ok := newYCbCr(src); ok {
			return s
		}
	case *image.RGBA:
		return packed{src.Pix, src.Stride, src.PixOffset(src.Rect.Min.X, src.Rect.Min.Y)}
	case *image.NRGBA:
		return packed{src.Pix, src.Stride, src.PixOffset(src.Rect.Min.X, src.Rect.Min.Y)}
	case *image.Gray:
		return gray{src.Pix, src.Stride, src.PixOffset(src.Rect.Min.X, src.Rect.Min.Y)}
	}
	c := Copy(src)
	return packed{c.Pix, c.Stride, 0}
}

// between interpolates four neighbours, in parts of one*one.
func between(a, b, c, d uint8, x, y int32) float32 {
	top := int32(a)*(one-x) + int32(b)*x
	low := int32(c)*(one-x) + int32(d)*x
	return float32(top*(one-y) + low*y)
}

// whole scales the result of between to the value of a pixel.
const whole = 1.0 / (one * one)

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

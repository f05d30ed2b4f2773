package value

import "image"

// Mask marks the pixels of one detection on a picture of Width by Height. It stores only
// the part inside of Bounds, row by row, because an instance rarely covers much.
type Mask struct {
	Width, Height int
	Bounds        image.Rectangle
	Pix           []bool
}

// NewMask returns an empty mask. bounds is clipped to the picture.
func NewMask(width, height int, bounds image.Rectangle) *Mask {
	bounds = bounds.Intersect(image.Rect(0, 0, width, height))
	return &Mask{Width: width, Height: height, Bounds: bounds, Pix: make([]bool, bounds.Dx()*bounds.Dy())}
}

// At reports whether a pixel is marked. Pixels outside of the mask are not.
func (m *Mask) At(x, y int) bool {
	if !(image.Point{X: x, Y: y}).In(m.Bounds) {
		return false
	}
	return m.Pix[(y-m.Bounds.Min.Y)*m.Bounds.Dx()+x-m.Bounds.Min.X]
}

// Set marks a pixel inside the bounds; it does nothing outside.
func (m *Mask) Set(x, y int) {
	if (image.Point{X: x, Y: y}).In(m.Bounds) {
		m.Pix[(y-m.Bounds.Min.Y)*m.Bounds.Dx()+x-m.Bounds.Min.X] = true
	}
}

// Shift returns the mask on a larger picture of which this one was a part.
func (m *Mask) Shift(x, y, width, height int) *Mask {
	next := NewMask(width, height, m.Bounds.Add(image.Pt(x, y)))
	for row := next.Bounds.Min.Y; row < next.Bounds.Max.Y; row++ {
		for col := next.Bounds.Min.X; col < next.Bounds.Max.X; col++ {
			if m.At(col-x, row-y) {
				next.Set(col, row)
			}
		}
	}
	return next
}

// Area returns the number of marked pixels.
func (m *Mask) Area() int {
	n := 0
	for _, marked := range m.Pix {
		if marked {
			n++
		}
	}
	return n
}

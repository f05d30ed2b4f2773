package imaging

import "math"

// Mode is the way in which a picture is resized for a model.
type Mode string

// The modes have their names from inference_config.json. CornerLetterbox is YOLOX's mode:
// all padding is on the right and below.
const (
	Stretch         Mode = "stretch"
	Letterbox       Mode = "letterbox"
	CornerLetterbox Mode = "corner-letterbox"
)

// Fit is the position of a picture in a model's input. It converts coordinates.
type Fit struct {
	// SourceWidth and SourceHeight are the size of the picture.
	SourceWidth, SourceHeight int
	// Width and Height are the size of the scaled picture.
	Width, Height int
	// Left and Top are its position in the input.
	Left, Top      int
	ScaleX, ScaleY float64
}

// NewFit fits a picture of w by h into width by height.
func NewFit(mode Mode, w, h, width, height int) Fit {
	f := Fit{SourceWidth: w, SourceHeight: h, Width: width, Height: height}
	if mode == Stretch {
		f.ScaleX, f.ScaleY = float64(width)/float64(w), float64(height)/float64(h)
		return f
	}
	s := math.Min(float64(width)/float64(w), float64(height)/float64(h))
	f.ScaleX, f.ScaleY = s, s
	f.Width = max(1, int(float64(w)*s))
	f.Height = max(1, int(float64(h)*s))
	if mode == Letterbox {
		f.Left, f.Top = (width-f.Width)/2, (height-f.Height)/2
	}
	return f
}

// Back converts a point of the model's input to a point of the picture, clamped to it.
func (f Fit) Back(x, y float64) (float64, float64) {
	x = (x - float64(f.Left)) / f.ScaleX
	y = (y - float64(f.Top)) / f.ScaleY
	return clamp(x, float64(f.SourceWidth)), clamp(y, float64(f.SourceHeight))
}

// clamp also maps NaN to 0, because a model may return any number.
func clamp(v, most float64) float64 {
	if !(v > 0) {
		return 0
	}
	return math.Min(v, most)
}

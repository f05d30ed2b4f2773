package imaging

import "math"

// Mode is how a picture is brought to the size that a model wants.
type Mode string

// The modes, by their names in inference_config.json; CornerLetterbox is what
// YOLOX does: letterboxed, with all the padding to the right and below.
const (
	Stretch         Mode = "stretch"
	Letterbox       Mode = "letterbox"
	CornerLetterbox Mode = "corner-letterbox"
)

// Fit is where a picture lies in a model's input, to carry points over.
type Fit struct {
	// SourceWidth and SourceHeight are those of the picture.
	SourceWidth, SourceHeight int
	// Width and Height are what the picture has been scaled to.
	Width, Height int
	// Left and Top are where it begins.
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

// Back carries a point of the model's input over to the picture, clamped to it.
func (f Fit) Back(x, y float64) (float64, float64) {
	x = (x - float64(f.Left)) / f.ScaleX
	y = (y - float64(f.Top)) / f.ScaleY
	return clamp(x, float64(f.SourceWidth)), clamp(y, float64(f.SourceHeight))
}

// clamp brings NaN to 0, as a model may say anything.
func clamp(v, most float64) float64 {
	if !(v > 0) {
		return 0
	}
	return math.Min(v, most)
}

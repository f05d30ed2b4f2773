package barcode

import (
	"math"
	"strings"

	"github.com/makiuchi-d/gozxing"
)

// Code is a code that was read.
type Code struct {
	Text string
	// Format is the name of the symbology: "QR_CODE", "EAN_13".
	Format string
	// X0, Y0, X1 and Y1 are the box around the code, in pixels.
	X0, Y0, X1, Y1 float64
}

// maxCodes bounds the codes of a picture.
const maxCodes = 256

func (c Code) scaled(by float64) Code {
	c.X0, c.Y0, c.X1, c.Y1 = c.X0*by, c.Y0*by, c.X1*by, c.Y1*by
	return c
}

// codeOf returns a result with the box around its points. The box is some pixels larger on
// each side.
func codeOf(text, format string, points []gozxing.ResultPoint, grow float64) Code {
	c := Code{strings.ToValidUTF8(text, "\uFFFD"), format, math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range points {
		if p == nil {
			continue
		}
		c.X0, c.Y0 = min(c.X0, p.GetX()-grow), min(c.Y0, p.GetY()-grow)
		c.X1, c.Y1 = max(c.X1, p.GetX()+grow), max(c.Y1, p.GetY()+grow)
	}
	return c
}

// overlaps reports whether two boxes share a point.
func (c Code) overlaps(o Code) bool {
	return c.X0 <= o.X1 && o.X0 <= c.X1 && c.Y0 <= o.Y1 && o.Y0 <= c.Y1
}

// safely reports whether the work ended without a panic. The decoders index tables by what
// they read, and a damaged code can run off a table: then nothing was read.
func safely(work func() error) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return work() == nil
}

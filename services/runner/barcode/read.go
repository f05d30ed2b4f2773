package barcode

import (
	"context"
	"math"
	"strings"

	"github.com/makiuchi-d/gozxing"

	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

// Code is a code that was read.
type Code struct {
	Text string
	// Format is the name of the symbology: "QR_CODE", "EAN_13".
	Format string
	// X0, Y0, X1 and Y1 are the box around the code, in pixels.
	X0, Y0, X1, Y1 float64
}

const (
	// maxPixels bounds the picture that is searched. A larger one is searched at a smaller
	// size.
	maxPixels = 4_000_000
	// maxCodes bounds the codes of a picture.
	maxCodes = 256
)

// ReadQR reads the QR codes of a picture.
func ReadQR(ctx context.Context, p raster.Plane) ([]Code, error) {
	return read(ctx, p, qrCodes)
}

// ReadAll reads the codes of all formats: QR, Data Matrix, Aztec, EAN, UPC, Code 39, 93 and
// 128, Codabar, ITF and GS1 DataBar.
func ReadAll(ctx context.Context, p raster.Plane) ([]Code, error) {
	return read(ctx, p, qrCodes, otherMatrices, lineCodes)
}

// search finds codes in a black and white picture.
type search func(ctx context.Context, bits *gozxing.BitMatrix) ([]Code, error)

func read(ctx context.Context, p raster.Plane, searches ...search) ([]Code, error) {
	if p.W == 0 || p.H == 0 {
		return nil, nil
	}
	scale := 1.0
	if size := p.W * p.H; size > maxPixels {
		scale = math.Sqrt(float64(size) / maxPixels)
		p = raster.Resize(p, max(1, int(float64(p.W)/scale)), max(1, int(float64(p.H)/scale)))
	}
	bits, err := binarize(p)
	if err != nil {
		return nil, nil //nolint:nilerr // a picture of one brightness has no codes
	}
	var all []Code
	for _, find := range searches {
		codes, err := find(ctx, bits)
		if err != nil {
			return nil, err
		}
		for _, c := range codes {
			if len(all) < maxCodes && c.Text != "" {
				all = append(all, c.scaled(scale))
			}
		}
	}
	return all, ctx.Err()
}

func binarize(p raster.Plane) (*gozxing.BitMatrix, error) {
	source, err := gozxing.NewPlanarYUVLuminanceSource(p.Pix, p.W, p.H, 0, 0, p.W, p.H, false)
	if err != nil {
		return nil, err
	}
	return gozxing.NewHybridBinarizer(source).GetBlackMatrix()
}

func (c Code) scaled(by float64) Code {
	c.X0, c.Y0, c.X1, c.Y1 = c.X0*by, c.Y0*by, c.X1*by, c.Y1*by
	return c
}

// codeOf returns a result with the box around its points, which are grown by some pixels.
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

// safely reports whether the work ended without a panic. The decoders index by what they
// read: one that runs off its table has not read a code.
func safely(work func() error) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return work() == nil
}

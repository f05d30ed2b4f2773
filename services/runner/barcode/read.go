package barcode

import (
	"context"
	"math"

	"github.com/makiuchi-d/gozxing"

	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

// maxPixels bounds the picture that is searched. A larger picture is shrunk first.
const maxPixels = 4_000_000

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

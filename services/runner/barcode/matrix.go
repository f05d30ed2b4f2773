package barcode

import (
	"context"

	"github.com/makiuchi-d/gozxing"
	aztec "github.com/makiuchi-d/gozxing/aztec/decoder"
	azteclook "github.com/makiuchi-d/gozxing/aztec/detector"
	datamatrix "github.com/makiuchi-d/gozxing/datamatrix/decoder"
	datalook "github.com/makiuchi-d/gozxing/datamatrix/detector"
)

// otherMatrices reads Data Matrix and Aztec codes. Their search begins in the middle of a
// picture, so it is repeated on nine overlapping parts of half the size.
func otherMatrices(ctx context.Context, bits *gozxing.BitMatrix) ([]Code, error) {
	w, h := bits.GetWidth(), bits.GetHeight()
	codes := matricesOf(nil, bits, 0, 0)
	for i := range 9 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x, y := i%3*w/4, i/3*h/4
		if part, err := cut(bits, x, y, w/2, h/2); err == nil {
			codes = matricesOf(codes, part, float64(x), float64(y))
		}
	}
	return codes, nil
}

// matricesOf adds the codes of a part that are not yet known.
func matricesOf(codes []Code, bits *gozxing.BitMatrix, x, y float64) []Code {
	for _, read := range []func(*gozxing.BitMatrix) (Code, error){readDataMatrix, readAztec} {
		var code Code
		if !safely(func() (err error) { code, err = read(bits); return err }) {
			continue
		}
		code.X0, code.Y0, code.X1, code.Y1 = code.X0+x, code.Y0+y, code.X1+x, code.Y1+y
		known := false
		for _, c := range codes {
			known = known || c.Text == code.Text && c.Format == code.Format && c.overlaps(code)
		}
		if !known {
			codes = append(codes, code)
		}
	}
	return codes
}

func readDataMatrix(bits *gozxing.BitMatrix) (Code, error) {
	look, err := datalook.NewDetector(bits)
	if err != nil {
		return Code{}, err
	}
	found, err := look.Detect()
	if err != nil {
		return Code{}, err
	}
	read, err := datamatrix.NewDecoder().Decode(found.GetBits())
	if err != nil {
		return Code{}, err
	}
	return codeOf(read.GetText(), "DATA_MATRIX", found.GetPoints(), 0), nil
}

func readAztec(bits *gozxing.BitMatrix) (Code, error) {
	found, err := azteclook.NewDetector(bits).Detect(false)
	if err != nil {
		return Code{}, err
	}
	read, err := aztec.NewDecoder().Decode(found)
	if err != nil {
		return Code{}, err
	}
	return codeOf(read.GetText(), "AZTEC", found.GetPoints(), 0), nil
}

func cut(bits *gozxing.BitMatrix, x, y, w, h int) (*gozxing.BitMatrix, error) {
	out, err := gozxing.NewBitMatrix(w, h)
	if err != nil {
		return nil, err
	}
	for j := range h {
		for i := range w {
			if bits.Get(x+i, y+j) {
				out.Set(i, j)
			}
		}
	}
	return out, nil
}

package barcode

import (
	"context"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/oned/rss"
)

const (
	// searchedRows bounds the rows of a picture that are searched, in each direction.
	searchedRows = 256
	// leastRows is the number of rows that must agree. Some formats have no check digit, and
	// a single row of a photo may look like such a code.
	leastRows = 3
	// rowCodes bounds the codes of a row.
	rowCodes = 8
)

// readers returns decoders of rows. They keep state, so each search needs its own.
func readers() []oned.RowDecoder {
	all := []gozxing.Reader{
		oned.NewMultiFormatUPCEANReader(nil), oned.NewCode128Reader(), oned.NewCode39Reader(), oned.NewCode93Reader(),
		oned.NewITFReader(), oned.NewCodaBarReader(), rss.NewRSS14Reader(),
	}
	out := make([]oned.RowDecoder, 0, len(all))
	for _, r := range all {
		if d, ok := r.(oned.RowDecoder); ok {
			out = append(out, d)
		}
	}
	return out
}

// seen is a code that consecutive rows agree on.
type seen struct {
	Code
	rows int
}

// lineCodes reads codes of bars that stand upright or lie on their side, in both directions.
func lineCodes(ctx context.Context, bits *gozxing.BitMatrix) ([]Code, error) {
	codes, err := uprightCodes(ctx, bits)
	if err != nil {
		return nil, err
	}
	lying, err := uprightCodes(ctx, transposed(bits))
	for _, c := range lying {
		c.X0, c.Y0, c.X1, c.Y1 = c.Y0, c.X0, c.Y1, c.X1
		codes = append(codes, c)
	}
	return codes, err
}

// transposed swaps rows and columns.
func transposed(bits *gozxing.BitMatrix) *gozxing.BitMatrix {
	out, err := gozxing.NewBitMatrix(bits.GetHeight(), bits.GetWidth())
	if err != nil { // only an empty matrix, which nothing makes
		return bits
	}
	for y := range bits.GetHeight() {
		for x := range bits.GetWidth() {
			if bits.Get(x, y) {
				out.Set(y, x)
			}
		}
	}
	return out
}

func uprightCodes(ctx context.Context, bits *gozxing.BitMatrix) ([]Code, error) {
	step := max(1, bits.GetHeight()/searchedRows)
	var all []*seen
	decoders := readers()
	for y := step / 2; y < bits.GetHeight(); y += step {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, d := range decoders {
			for _, hit := range codesOfRow(d, bits, y) {
				all = join(all, hit, float64(4*step))
			}
		}
	}
	var out []Code
	for _, s := range all {
		if s.rows >= leastRows {
			out = append(out, s.Code)
		}
	}
	return out, nil
}

// join adds a hit to the code of the rows above, or begins a new one.
func join(all []*seen, hit Code, gap float64) []*seen {
	for _, s := range all {
		if s.Text == hit.Text && s.Format == hit.Format && hit.Y0-s.Y1 <= gap && s.X0 <= hit.X1 && hit.X0 <= s.X1 {
			if hit.Y0 > s.Y1 {
				s.rows++
			}
			s.X0, s.X1, s.Y1 = min(s.X0, hit.X0), max(s.X1, hit.X1), hit.Y1
			return all
		}
	}
	if len(all) >= 4*maxCodes {
		return all
	}
	return append(all, &seen{hit, 1})
}

// codesOfRow reads a row in both directions. It continues behind each code that it finds.
func codesOfRow(d oned.RowDecoder, bits *gozxing.BitMatrix, y int) (codes []Code) {
	w := bits.GetWidth()
	for _, backwards := range []bool{false, true} {
		row := bits.GetRow(y, nil)
		if backwards {
			row.Reverse()
		}
		for range rowCodes {
			var result *gozxing.Result
			ok := safely(func() (err error) { result, err = d.DecodeRow(y, row, nil); return err })
			if !ok || len(result.GetResultPoints()) < 2 {
				break
			}
			code := codeOf(result.GetText(), result.GetBarcodeFormat().String(), result.GetResultPoints(), 0)
			end := int(code.X1)
			if backwards {
				code.X0, code.X1 = float64(w-1)-code.X1, float64(w-1)-code.X0
			}
			code.Y0, code.Y1 = float64(y), float64(y)
			codes = append(codes, code)
			if row = behind(row, end); row == nil {
				break
			}
		}
	}
	return codes
}

// behind returns the part of a row after a column, or nil if nothing is left.
func behind(row *gozxing.BitArray, end int) *gozxing.BitArray {
	if end+1 >= row.GetSize() {
		return nil
	}
	out := gozxing.NewBitArray(row.GetSize())
	for x := row.GetNextSet(end + 1); x < row.GetSize(); x = row.GetNextSet(x + 1) {
		out.Set(x)
	}
	return out
}

package barcode

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

const (
	// maxCorners bounds the finder patterns of a picture, because all triples of them are
	// compared.
	maxCorners = 128
	// maxAttempts bounds the triples that are decoded.
	maxAttempts = 512
	// rowStep is the distance of the rows that are searched. A pattern is 7 pixels high.
	rowStep = 2
)

// triple are three finder patterns that may be the corners of a code.
type triple struct {
	info  *detector.FinderPatternInfo
	error float64 // how far it is from a right angle with equal sides
}

// qrCodes decodes first the triples that look most like a code. A corner belongs to one code.
func qrCodes(ctx context.Context, bits *gozxing.BitMatrix) ([]Code, error) {
	corners, err := finderPatterns(ctx, bits)
	if err != nil {
		return nil, err
	}
	triples := likely(corners)
	used := map[*detector.FinderPattern]bool{}
	var codes []Code
	for _, t := range triples[:min(len(triples), maxAttempts)] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a, b, c := t.info.GetTopLeft(), t.info.GetTopRight(), t.info.GetBottomLeft()
		if used[a] || used[b] || used[c] {
			continue
		}
		if code, ok := decodeQR(bits, t.info); ok {
			codes = append(codes, code)
			used[a], used[b], used[c] = true, true, true
		}
	}
	return codes, nil
}

// decodeQR reads a code. Its box goes to the edges of the symbol: the points are the centres
// of the patterns, 3.5 modules inside.
func decodeQR(bits *gozxing.BitMatrix, info *detector.FinderPatternInfo) (code Code, ok bool) {
	ok = safely(func() error {
		found, err := detector.NewDetector(bits).ProcessFinderPatternInfo(info)
		if err != nil {
			return err
		}
		read, err := decoder.NewDecoder().Decode(found.GetBits(), nil)
		if err != nil {
			return err
		}
		a, b, c := info.GetTopLeft(), info.GetTopRight(), info.GetBottomLeft()
		fourth := gozxing.NewResultPoint(b.GetX()+c.GetX()-a.GetX(), b.GetY()+c.GetY()-a.GetY())
		code = codeOf(read.GetText(), "QR_CODE", []gozxing.ResultPoint{a, b, c, fourth}, 3.5*info.GetTopLeft().GetEstimatedModuleSize())
		return nil
	})
	return code, ok
}

// finderPatterns finds dark squares in light squares in dark ones: runs of 1:1:3:1:1.
func finderPatterns(ctx context.Context, bits *gozxing.BitMatrix) ([]*detector.FinderPattern, error) {
	finder := detector.NewFinderPatternFinder(bits, nil)
	for y := rowStep; y < bits.GetHeight() && len(finder.GetPossibleCenters()) < maxCorners; y += rowStep {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		patternsOfRow(bits, finder, y)
	}
	return slices.DeleteFunc(slices.Clone(finder.GetPossibleCenters()), func(p *detector.FinderPattern) bool { return p.GetCount() < 2 }), nil
}

// patternsOfRow examines every five consecutive runs of a row that begin with a dark one.
func patternsOfRow(bits *gozxing.BitMatrix, finder *detector.FinderPatternFinder, y int) {
	var runs [5]int
	n := 0 // runs that are complete, or the one that grows
	for x := 0; x <= bits.GetWidth(); x++ {
		dark := x < bits.GetWidth() && bits.Get(x, y)
		if dark == (n%2 == 0) { // the run continues
			if x < bits.GetWidth() {
				runs[n]++
			}
			continue
		}
		if n == 0 && runs[0] == 0 { // light before the first dark run
			continue
		}
		if n < 4 {
			n++
			runs[n] = 1
			continue
		}
		if detector.FinderPatternFinder_foundPatternCross(runs[:]) && len(finder.GetPossibleCenters()) < maxCorners {
			safely(func() error { finder.HandlePossibleCenter(runs[:], y, x); return nil })
		}
		runs = [5]int{runs[2], runs[3], runs[4], 1, 0}
		n = 3
	}
}

// likely returns the triples of patterns that may be a code, the best first.
func likely(corners []*detector.FinderPattern) []triple {
	var out []triple
	for i, a := range corners {
		for j := i + 1; j < len(corners); j++ {
			if !alike(a, corners[j]) {
				continue
			}
			for k := j + 1; k < len(corners); k++ {
				if !alike(a, corners[k]) || !alike(corners[j], corners[k]) {
					continue
				}
				if t, ok := corner(a, corners[j], corners[k]); ok {
					out = append(out, t)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b triple) int { return cmp.Compare(a.error, b.error) })
	return out
}

// alike reports whether two patterns have about the same size.
func alike(a, b *detector.FinderPattern) bool {
	small, large := a.GetEstimatedModuleSize(), b.GetEstimatedModuleSize()
	if small > large {
		small, large = large, small
	}
	return large <= 1.5*small
}

// corner arranges three patterns and reports whether their distances are those of a code:
// two equal sides of 14 to 170 modules and their diagonal, with room for perspective.
func corner(a, b, c *detector.FinderPattern) (triple, bool) {
	left, top, right := gozxing.ResultPoint_OrderBestPatterns(a, b, c)
	info := detector.NewFinderPatternInfo(left.(*detector.FinderPattern), top.(*detector.FinderPattern), right.(*detector.FinderPattern))
	down := gozxing.ResultPoint_Distance(info.GetTopLeft(), info.GetBottomLeft())
	across := gozxing.ResultPoint_Distance(info.GetTopLeft(), info.GetTopRight())
	diagonal := gozxing.ResultPoint_Distance(info.GetTopRight(), info.GetBottomLeft())
	module := (a.GetEstimatedModuleSize() + b.GetEstimatedModuleSize() + c.GetEstimatedModuleSize()) / 3
	modules := (down + across) / 2 / module
	if modules < 10 || modules > 220 {
		return triple{}, false
	}
	sides := math.Abs(down-across) / min(down, across)
	angle := math.Abs(diagonal-math.Hypot(down, across)) / diagonal
	return triple{info, sides + angle}, sides < 0.5 && angle < 0.25
}

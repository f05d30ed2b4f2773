package textbox

import (
	"cmp"
	"math"
	"slices"
)

// InReadingOrder sorts boxes from top to bottom, and boxes of one line from left to right.
// Two boxes are on one line if their centres differ by less than half the height of the
// lower one.
func InReadingOrder(boxes []Box) []Box {
	slices.SortStableFunc(boxes, func(a, b Box) int { return cmp.Compare(a.middle(), b.middle()) })
	for from := 0; from < len(boxes); {
		to := from + 1
		for to < len(boxes) && boxes[to].middle()-boxes[to-1].middle() < math.Min(boxes[to].Height(), boxes[to-1].Height())/2 {
			to++
		}
		slices.SortStableFunc(boxes[from:to], func(a, b Box) int { return cmp.Compare(a.Quad[0].X, b.Quad[0].X) })
		from = to
	}
	return boxes
}

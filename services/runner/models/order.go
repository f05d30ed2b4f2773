package models

import (
	"math"
	"slices"
)

// inReadingOrder sorts boxes from top to bottom, and boxes of one line from left to right.
// Two boxes are on one line if their centres differ by less than half the height of the
// lower one.
func inReadingOrder(boxes []textBox) []textBox {
	slices.SortStableFunc(boxes, func(a, b textBox) int { return compare(a.middle(), b.middle()) })
	for from := 0; from < len(boxes); {
		to := from + 1
		for to < len(boxes) && boxes[to].middle()-boxes[to-1].middle() < math.Min(boxes[to].height(), boxes[to-1].height())/2 {
			to++
		}
		slices.SortStableFunc(boxes[from:to], func(a, b textBox) int { return compare(a.quad[0].X, b.quad[0].X) })
		from = to
	}
	return boxes
}

func (b textBox) middle() float64 { return (b.quad[0].Y + b.quad[2].Y) / 2 }

// height and width are measured along the sides of the rotated box.
func (b textBox) height() float64 {
	return math.Max(distance(b.quad[0].X-b.quad[3].X, b.quad[0].Y-b.quad[3].Y), distance(b.quad[1].X-b.quad[2].X, b.quad[1].Y-b.quad[2].Y))
}

func (b textBox) width() float64 {
	return math.Max(distance(b.quad[0].X-b.quad[1].X, b.quad[0].Y-b.quad[1].Y), distance(b.quad[3].X-b.quad[2].X, b.quad[3].Y-b.quad[2].Y))
}

func distance(x, y float64) float64 { return math.Hypot(x, y) }

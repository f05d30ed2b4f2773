package decode

import "sort"

// Box is a box in pixels of the model's input.
type Box struct {
	X0, Y0, X1, Y1 float32
	Score          float32
	Class          int
	// row is the position of the box in the output.
	row int
}

func centred(x, y, w, h, score float32, class, row int) Box {
	return Box{x - w/2, y - h/2, x + w/2, y + h/2, score, class, row}
}

// finite reports whether all corners are numbers: x-x is NaN for NaN and the infinities.
func (b Box) finite() bool {
	return (b.X0-b.X0)+(b.Y0-b.Y0)+(b.X1-b.X1)+(b.Y1-b.Y1) == 0
}

// best returns the n boxes of the highest score, in descending order.
func best(found []Box, n int) []Box {
	sort.SliceStable(found, func(i, j int) bool { return found[i].Score > found[j].Score })
	return found[:min(n, len(found))]
}

// suppress is non-maximum suppression: it drops every box that overlaps a better one of its
// class by more than the threshold. found must be sorted by score and bounded in number,
// because the work is quadratic.
func suppress(found []Box, iou float64, classAgnostic bool) []Box {
	kept := found[:0:0]
next:
	for _, c := range found {
		for _, k := range kept {
			if (classAgnostic || k.Class == c.Class) && overlap(k, c) > float32(iou) {
				continue next
			}
		}
		kept = append(kept, c)
	}
	return kept
}

// overlap returns the intersection over union (IoU).
func overlap(a, b Box) float32 {
	w := min(a.X1, b.X1) - max(a.X0, b.X0)
	h := min(a.Y1, b.Y1) - max(a.Y0, b.Y0)
	if !(w > 0 && h > 0) {
		return 0
	}
	both := w * h
	return both / (area(a) + area(b) - both)
}

func area(b Box) float32 { return (b.X1 - b.X0) * (b.Y1 - b.Y0) }

package models

import "sort"

// best returns the n candidates of the highest score, in descending order.
func best(found []candidate, n int) []candidate {
	sort.SliceStable(found, func(i, j int) bool { return found[i].score > found[j].score })
	return found[:min(n, len(found))]
}

// suppress is non-maximum suppression: it drops every candidate that overlaps a better one
// of its class by more than the threshold. found must be sorted by score and bounded in
// number, because the work is quadratic.
func suppress(found []candidate, iou float64, classAgnostic bool) []candidate {
	kept := found[:0:0]
next:
	for _, c := range found {
		for _, k := range kept {
			if (classAgnostic || k.class == c.class) && overlap(k, c) > float32(iou) {
				continue next
			}
		}
		kept = append(kept, c)
	}
	return kept
}

// overlap returns the intersection over union (IoU).
func overlap(a, b candidate) float32 {
	w := min(a.x1, b.x1) - max(a.x0, b.x0)
	h := min(a.y1, b.y1) - max(a.y0, b.y0)
	if !(w > 0 && h > 0) {
		return 0
	}
	both := w * h
	return both / (area(a) + area(b) - both)
}

func area(c candidate) float32 { return (c.x1 - c.x0) * (c.y1 - c.y0) }

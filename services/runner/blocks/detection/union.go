package detection

import (
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// union makes one detection of each group. It has the class and the columns of the best one,
// the box around all, and the mean confidence weighted by the areas of the boxes. The members
// join one after the other, and each must still overlap with what the group has become.
func union(d *value.Detections, groups [][]int, threshold float64) *value.Detections {
	rows := make([]int, len(groups))
	for i, group := range groups {
		rows[i] = group[0]
	}
	out := d.Select(rows)
	for i, group := range groups {
		for _, other := range group[1:] {
			if out.XYXY[i].IoU(d.XYXY[other]) < threshold {
				break
			}
			out.Confidence[i] = weighted(out.XYXY[i], out.Confidence[i], d.XYXY[other], d.Confidence[other])
			out.XYXY[i] = out.XYXY[i].Around(d.XYXY[other])
			if out.Masks != nil {
				out.Masks[i] = both(out.Masks[i], d.Masks[other])
			}
		}
	}
	return out
}

func weighted(a value.Box, ofA float64, b value.Box, ofB float64) float64 {
	areaA, areaB := a.Width()*a.Height(), b.Width()*b.Height()
	if areaA+areaB <= 0 {
		return ofA
	}
	return (areaA*ofA + areaB*ofB) / (areaA + areaB)
}

// both returns the mask of the pixels that are in either of two masks.
func both(a, b *value.Mask) *value.Mask {
	if a == nil || b == nil {
		return a
	}
	out := value.NewMask(a.Width, a.Height, a.Bounds.Union(b.Bounds))
	for y := out.Bounds.Min.Y; y < out.Bounds.Max.Y; y++ {
		for x := out.Bounds.Min.X; x < out.Bounds.Max.X; x++ {
			if a.At(x, y) || b.At(x, y) {
				out.Set(x, y)
			}
		}
	}
	return out
}

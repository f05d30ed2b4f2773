package value

import (
	"errors"
	"image"
)

// RLE returns the mask in COCO's run-length encoding: the size, and the lengths of runs in
// column order, unmarked pixels first, packed as text.
func (m *Mask) RLE() map[string]any {
	return map[string]any{
		"size":   []any{int64(m.Height), int64(m.Width)},
		"counts": packRuns(m.runs()),
	}
}

func (m *Mask) runs() []int {
	var runs []int
	marked, length := false, 0
	for x := range m.Width {
		for y := range m.Height {
			if m.At(x, y) != marked {
				runs = append(runs, length)
				marked, length = !marked, 0
			}
			length++
		}
	}
	return append(runs, length)
}

// packRuns writes each run in groups of five bits, from the third on as the difference to
// the run two before it (COCO's rleToString).
func packRuns(runs []int) string {
	var out []byte
	for i, run := range runs {
		n := run
		if i > 2 {
			n -= runs[i-2]
		}
		for more := true; more; {
			group := n & 0x1f
			n >>= 5
			more = !(n == 0 && group&0x10 == 0 || n == -1 && group&0x10 != 0)
			if more {
				group |= 0x20
			}
			out = append(out, byte(group+48))
		}
	}
	return string(out)
}

// ParseRLE parses COCO's encoding. It refuses text whose runs do not add up to the size.
func ParseRLE(width, height int, counts string) (*Mask, error) {
	runs, ok := unpackRuns(counts)
	if !ok || width <= 0 || height <= 0 {
		return nil, errors.New("the mask's counts are not run lengths")
	}
	total := 0
	for _, run := range runs {
		if run < 0 || run > width*height-total {
			return nil, errors.New("the mask's counts do not fit its size")
		}
		total += run
	}
	return fromRuns(width, height, runs), nil
}

func unpackRuns(counts string) ([]int, bool) {
	var runs []int
	for at := 0; at < len(counts); {
		n, shift := 0, 0
		for more := true; more; shift += 5 {
			if at == len(counts) || shift > 40 {
				return nil, false
			}
			group := int(counts[at]) - 48
			if group < 0 || group > 63 {
				return nil, false
			}
			n |= (group & 0x1f) << shift
			more = group&0x20 != 0
			at++
			if !more && group&0x10 != 0 {
				n |= -1 << (shift + 5)
			}
		}
		if len(runs) > 2 {
			n += runs[len(runs)-2]
		}
		runs = append(runs, n)
	}
	return runs, true
}

// fromRuns passes over the runs twice: for the bounds, then for the pixels.
func fromRuns(width, height int, runs []int) *Mask {
	m := NewMask(width, height, boundsOf(height, runs))
	at := 0
	for i, run := range runs {
		if i%2 == 1 {
			for k := at; k < at+run; k++ {
				m.Set(k/height, k%height)
			}
		}
		at += run
	}
	return m
}

func boundsOf(height int, runs []int) image.Rectangle {
	var bounds image.Rectangle
	at := 0
	for i, run := range runs {
		if i%2 == 1 && run > 0 {
			first, last := at, at+run-1
			part := image.Rect(first/height, 0, last/height+1, height)
			if first/height == last/height {
				part.Min.Y, part.Max.Y = first%height, last%height+1
			}
			bounds = bounds.Union(part)
		}
		at += run
	}
	return bounds
}

package query

import (
	"cmp"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// shapingOperation makes an operation that moves, grows, sorts or selects detections.
func shapingOperation(f *fields) operation {
	switch f.kind {
	case "DetectionsOffset":
		x, y := f.requiredFloat("offset_x")/2, f.requiredFloat("offset_y")/2
		return moveBoxes(f.kind, func(b value.Box) value.Box { return value.Box{b[0] - x, b[1] - y, b[2] + x, b[3] + y} })
	case "DetectionsShift":
		x, y := f.requiredFloat("shift_x"), f.requiredFloat("shift_y")
		return moveBoxes(f.kind, func(b value.Box) value.Box { return b.Shift(x, y) })
	case "DetectionsSelection":
		return selection(f.kind, f.oneOf("mode", "left_most", "right_most", "top_confidence", "first", "last"))
	case "SortDetections":
		mode := f.oneOf("mode", "confidence", "x_min", "x_max", "y_min", "y_max", "size", "center_x", "center_y")
		return sorted(f.kind, mode, f.boolean("ascending", true))
	}
	return nil
}

func (f *fields) requiredFloat(name string) float64 {
	n, _ := value.Float(f.number(name))
	return n
}

// moveBoxes moves boxes only. It does not move masks and key points, and does not clip.
func moveBoxes(kind string, move func(value.Box) value.Box) operation {
	return onDetections(kind, func(_ *run, d *value.Detections) (any, error) {
		next := d.Copy()
		next.XYXY = make([]value.Box, d.Len())
		for i, box := range d.XYXY {
			next.XYXY[i] = move(box)
		}
		return next, nil
	})
}

func selection(kind, mode string) operation {
	return onDetections(kind, func(_ *run, d *value.Detections) (any, error) {
		if d.Len() == 0 {
			return d, nil
		}
		return d.Select([]int{chosen(d, mode)}), nil
	})
}

func chosen(d *value.Detections, mode string) int {
	switch mode {
	case "last":
		return d.Len() - 1
	case "left_most":
		return argmax(d, func(i int) float64 { return -sortKey(d, i, "center_x") })
	case "right_most":
		return argmax(d, func(i int) float64 { return sortKey(d, i, "center_x") })
	case "top_confidence":
		return argmax(d, func(i int) float64 { return sortKey(d, i, "confidence") })
	}
	return 0
}

func argmax(d *value.Detections, key func(int) float64) int {
	best := 0
	for i := range d.Len() {
		if key(i) > key(best) {
			best = i
		}
	}
	return best
}

// sorted reverses the ascending order for the descending one, including ties.
func sorted(kind, mode string, ascending bool) operation {
	return onDetections(kind, func(_ *run, d *value.Detections) (any, error) {
		rows := make([]int, d.Len())
		for i := range rows {
			rows[i] = i
		}
		slices.SortStableFunc(rows, func(a, b int) int {
			return cmp.Compare(sortKey(d, a, mode), sortKey(d, b, mode))
		})
		if !ascending {
			slices.Reverse(rows)
		}
		return d.Select(rows), nil
	})
}

func sortKey(d *value.Detections, i int, mode string) float64 {
	x, y := d.XYXY[i].Center()
	switch mode {
	case "center_x":
		return x
	case "center_y":
		return y
	}
	key, _ := value.Float(cell(d, i, mode, false))
	return key
}

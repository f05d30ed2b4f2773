package query

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// row is one detection of a set.
type row struct {
	of *value.Detections
	at int
}

// set returns the row as a set of one, the form that values have outside of the language.
func (r row) set() *value.Detections { return r.of.Select([]int{r.at}) }

// cell returns a property that is not a column. With whole, points are whole pixels:
// operations on many rows return these, and documents may rely on the difference.
func cell(d *value.Detections, i int, property string, whole bool) any {
	box := d.XYXY[i]
	switch property {
	case "confidence":
		return at(d.Confidence, i)
	case "class_id":
		return at(d.ClassID, i)
	case "tracker_id":
		return at(d.TrackerID, i)
	case "x_min":
		return box[0]
	case "y_min":
		return box[1]
	case "x_max":
		return box[2]
	case "y_max":
		return box[3]
	case "size":
		return box.Width() * box.Height()
	case "top_left":
		return point(box[0], box[1], whole)
	case "top_right":
		return point(box[2], box[1], whole)
	case "bottom_left":
		return point(box[0], box[3], whole)
	case "bottom_right":
		return point(box[2], box[3], whole)
	case "center":
		x, y := box.Center()
		return point(x, y, whole)
	}
	return nil
}

func at[T any](column []T, i int) any {
	if i >= len(column) {
		return nil
	}
	return column[i]
}

func point(x, y float64, whole bool) []any {
	if whole {
		return []any{int64(math.RoundToEven(x)), int64(math.RoundToEven(y))}
	}
	return []any{x, y}
}

func builtIn(property string) bool {
	switch property {
	case "confidence", "class_id", "x_min", "y_min", "x_max", "y_max", "size", "center",
		"top_left", "top_right", "bottom_left", "bottom_right":
		return true
	}
	return false
}

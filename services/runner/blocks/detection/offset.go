package detection

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// percent is the unit for offsets that are given as a share of the box.
const percent = "Percent (%)"

// newOffset makes the block that enlarges boxes by half of the offset on each side, within
// the picture. The boxes are new detections, whose parents are the old ones.
func newOffset(step engine.Step) (engine.Block, error) {
	shares := step.Fields["units"] == percent
	return each(func(call *engine.Call, d *value.Detections) (*value.Detections, error) {
		width, _ := value.Float(call.Arg("offset_width"))
		height, _ := value.Float(call.Arg("offset_height"))
		next := d.Copy()
		next.XYXY = make([]value.Box, d.Len())
		for i, box := range d.XYXY {
			x, y := math.Floor(width/2), math.Floor(height/2)
			if shares {
				x, y = math.Trunc(box.Width()*width/200), math.Trunc(box.Height()*height/200)
			}
			right, bottom := edges(d, i)
			next.XYXY[i] = value.Box{max(0, box[0]-x), max(0, box[1]-y), min(right, box[2]+x), min(bottom, box[3]+y)}
		}
		next.Data[value.ColumnParentID] = d.Data[value.ColumnID]
		next.Data[value.ColumnID] = ids(call, d.Len())
		return next, nil
	}), nil
}

// edges returns the size of the picture that a row is placed on. Without a picture there is
// no limit.
func edges(d *value.Detections, i int) (right, bottom float64) {
	size, _ := d.At(value.ColumnImageDimensions, i).([]any)
	if len(size) != 2 {
		return math.Inf(1), math.Inf(1)
	}
	bottom, _ = value.Float(size[0])
	right, _ = value.Float(size[1])
	return right, bottom
}

package fusion

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newRollUp makes the block that moves the detections on crops to the picture of the crops,
// and merges those of a class that overlap.
func newRollUp(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		parent, err := detections("parent_detection", call.Arg("parent_detection"))
		if err != nil {
			return engine.None(), err
		}
		children, ok := call.Arg("child_detections").([]any)
		if !ok || len(children) != parent.Len() {
			return engine.None(), engine.Failf(engine.QueryInput,
				"child_detections must be a list with the detections of each crop: parent_detection has %d rows and child_detections %d", parent.Len(), len(children))
		}
		all, err := moved(parent, children)
		if err != nil {
			return engine.None(), err
		}
		if all.Len() > maxCompared {
			return engine.None(), engine.Failf(engine.QueryInput, "the crops have %d detections; at most %d can be compared", all.Len(), maxCompared)
		}
		out, err := merge(call, all)
		if err != nil {
			return engine.None(), err
		}
		return engine.One(engine.Outputs{"rolled_up_detections": out, "crop_zones": zones(parent)}), nil
	}), nil
}

// moved places the detections of all crops on the picture of the parents. It drops those of a
// crop outside of the picture.
func moved(parent *value.Detections, children []any) (*value.Detections, error) {
	var parts []*value.Detections
	for i, child := range children {
		if child == nil {
			continue
		}
		d, err := detections("child_detections", child)
		if err != nil {
			return nil, err
		}
		if d.Len() == 0 {
			continue
		}
		x, y := corner(parent, i, d)
		width, height := size(parent, i)
		d = d.Move(x, y, width, height)
		for _, column := range placement {
			if cell := parent.At(column, i); cell != nil {
				d.Data[column] = value.Repeat(cell, d.Len())
			}
		}
		parts = append(parts, d)
	}
	all := value.Merge(parts)
	all.Picture = parent.Picture
	return all, nil
}

// corner returns where a crop begins: as the crop states it, or else the parent's box in
// whole pixels.
func corner(parent *value.Detections, i int, child *value.Detections) (x, y float64) {
	if child.At(value.ColumnParentID, 0) == parent.At(value.ColumnID, i) {
		if at, _ := child.At(value.ColumnParentCoordinates, 0).([]any); len(at) == 2 {
			x, _ = value.Float(at[0])
			y, _ = value.Float(at[1])
			return x, y
		}
	}
	return math.Trunc(parent.XYXY[i][0]), math.Trunc(parent.XYXY[i][1])
}

// size returns the size of the picture of a row.
func size(d *value.Detections, i int) (width, height int) {
	pair, _ := d.At(value.ColumnImageDimensions, i).([]any)
	if len(pair) != 2 {
		return d.Picture.Width, d.Picture.Height
	}
	h, _ := value.Int(pair[0])
	w, _ := value.Int(pair[1])
	return int(w), int(h)
}

// zones returns the corners of each crop, clockwise from the top left.
func zones(parent *value.Detections) []any {
	out := make([]any, parent.Len())
	for i, b := range parent.XYXY {
		out[i] = []any{[]any{b[0], b[1]}, []any{b[2], b[1]}, []any{b[2], b[3]}, []any{b[0], b[3]}}
	}
	return out
}

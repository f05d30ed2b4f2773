package detection

import (
	"cmp"
	"context"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxStitched bounds the detections of one picture that are compared with each other,
// because the work is quadratic.
const maxStitched = 10_000

// newStitch makes the block that moves detections from the slices of a picture to the
// picture. It merges detections that several slices share.
func newStitch(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		picture, ok := call.Arg("reference_image").(*value.Image)
		if !ok {
			return engine.None(), engine.Failf(engine.QueryInput, "reference_image must be a picture")
		}
		threshold, _ := value.Float(call.Arg("iou_threshold"))
		all, err := moved(picture, call.Batch("predictions"))
		if err != nil {
			return engine.None(), err
		}
		strategy := call.Arg("overlap_filtering_strategy")
		if strategy != "none" && all.Len() > maxStitched {
			return engine.None(), engine.Failf(engine.QueryInput, "the slices have %d detections; at most %d can be compared", all.Len(), maxStitched)
		}
		switch strategy {
		case "none":
		case "nms":
			all = all.Select(heads(groups(all, threshold)))
		case "nmm":
			all = union(all, groups(all, threshold), threshold)
		default:
			return engine.None(), engine.Failf(engine.QueryInput, "overlap_filtering_strategy must be none, nms or nmm")
		}
		return one(all), nil
	}), nil
}

// moved places the detections of all slices on the picture.
func moved(picture *value.Image, crops *engine.Batch) (*value.Detections, error) {
	parts := make([]*value.Detections, 0, crops.Len())
	for i := range crops.Len() {
		d, err := detections("predictions", crops.Values[i])
		if err != nil {
			return nil, err
		}
		x, y := 0.0, 0.0
		if at, _ := d.At(value.ColumnParentCoordinates, 0).([]any); len(at) == 2 {
			x, _ = value.Float(at[0])
			y, _ = value.Float(at[1])
		}
		parts = append(parts, d.Move(x, y, picture.Width(), picture.Height()))
	}
	return value.Merge(parts).Place(picture), nil
}

// groups returns a group for each detection that no better one of its class covers. The group
// has the detection first, and then those that overlap with it by more than the threshold.
func groups(d *value.Detections, threshold float64) [][]int {
	order := make([]int, d.Len())
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(d.Confidence[b], d.Confidence[a]) })
	taken := make([]bool, d.Len())
	var out [][]int
	for at, best := range order {
		if taken[best] {
			continue
		}
		group := []int{best}
		for _, other := range order[at+1:] {
			if !taken[other] && d.ClassID[other] == d.ClassID[best] && d.XYXY[best].IoU(d.XYXY[other]) > threshold {
				taken[other] = true
				group = append(group, other)
			}
		}
		out = append(out, group)
	}
	return out
}

func heads(groups [][]int) []int {
	rows := make([]int, len(groups))
	for i, group := range groups {
		rows[i] = group[0]
	}
	slices.Sort(rows)
	return rows
}

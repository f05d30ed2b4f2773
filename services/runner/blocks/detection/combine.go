package detection

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newCombine makes the block that joins two sets of detections.
func newCombine(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		first, err := detections("prediction_one", call.Arg("prediction_one"))
		if err != nil {
			return engine.None(), err
		}
		second, err := detections("prediction_two", call.Arg("prediction_two"))
		if err != nil {
			return engine.None(), err
		}
		return one(value.Merge([]*value.Detections{first, second})), nil
	}), nil
}

// newMerge makes the block that replaces all detections by one box around them. Its
// confidence is the lowest one of them.
func newMerge(step engine.Step) (engine.Block, error) {
	class, _ := step.Fields["class_name"].(string)
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		d, err := detections("predictions", call.Arg("predictions"))
		if err != nil {
			return engine.None(), err
		}
		if d.Len() == 0 {
			return one(&value.Detections{Data: map[string][]any{}, Picture: d.Picture}), nil
		}
		merged := d.Select([]int{0})
		merged.Masks, merged.TrackerID = nil, nil
		for i, box := range d.XYXY {
			merged.XYXY[0] = merged.XYXY[0].Around(box)
			merged.Confidence[0] = min(merged.Confidence[0], d.Confidence[i])
		}
		merged.ClassID = []int64{0}
		merged.Data = placed(merged)
		merged.Data[value.ColumnClass], merged.Data[value.ColumnID] = []any{class}, ids(call, 1)
		merged.Data[value.ColumnPredictionType] = []any{"object-detection"}
		return one(merged), nil
	}), nil
}

// placed keeps the columns that say where a row is, and drops those that describe the row
// itself.
func placed(d *value.Detections) map[string][]any {
	out := map[string][]any{}
	for _, column := range []string{
		value.ColumnInferenceID, value.ColumnImageDimensions, value.ColumnParentID, value.ColumnParentCoordinates, value.ColumnParentDimensions,
		value.ColumnRootID, value.ColumnRootCoordinates, value.ColumnRootDimensions, value.ColumnScaleParent, value.ColumnScaleRoot,
	} {
		if cells, ok := d.Data[column]; ok {
			out[column] = cells
		}
	}
	return out
}

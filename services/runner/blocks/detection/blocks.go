package detection

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/bounding_rect@v1":                  newBoundingRect,
		"roboflow_core/detection_offset@v1":               newOffset,
		"roboflow_core/detections_classes_replacement@v1": newClassesReplacement,
		"roboflow_core/detections_combine@v1":             newCombine,
		"roboflow_core/detections_merge@v1":               newMerge,
		"roboflow_core/detections_stitch@v1":              newStitch,
		"roboflow_core/detections_transformation@v1":      newTransformation,
		"roboflow_core/mask_area_measurement@v1":          newMaskArea,
		"roboflow_core/stitch_ocr_detections@v1":          newStitchOCR,
		"roboflow_core/stitch_ocr_detections@v2":          newStitchWords,
		"roboflow_core/per_class_confidence_filter@v1":    newClassConfidence,
	}
}

// each makes a block that changes the predictions of each picture of a batch.
func each(change func(*engine.Call, *value.Detections) (*value.Detections, error)) engine.Block {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		predictions := call.Batch("predictions")
		results := make([]engine.Result, predictions.Len())
		for i := range results {
			d, err := detections("predictions", predictions.Values[i])
			if err != nil {
				return engine.None(), err
			}
			if d, err = change(call, d); err != nil {
				return engine.None(), err
			}
			results[i] = one(d)
		}
		return engine.Many(results), nil
	})
}

func detections(field string, v any) (*value.Detections, error) {
	d, ok := v.(*value.Detections)
	if !ok {
		return nil, engine.Failf(engine.QueryInput, "%s must be detections", field)
	}
	return d, nil
}

func one(d *value.Detections) engine.Result { return engine.One(engine.Outputs{"predictions": d}) }

// ids is a column of new ids.
func ids(call *engine.Call, n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = call.NewID()
	}
	return out
}

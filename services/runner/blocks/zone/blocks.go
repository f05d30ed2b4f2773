package zone

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/line_counter@v1":             watch("metadata", countCrossings),
		"roboflow_core/line_counter@v2":             watch("image", listCrossings),
		"roboflow_core/path_deviation_analytics@v1": watch("metadata", deviate),
		"roboflow_core/path_deviation_analytics@v2": watch("image", deviate),
		"roboflow_core/time_in_zone@v1":             watch("metadata", stay),
		"roboflow_core/time_in_zone@v2":             watch("image", stay),
		"roboflow_core/time_in_zone@v3":             watch("image", stay),
		"roboflow_core/velocity@v1":                 watch("image", move),
	}
}

// observer reports the behaviour of the tracked objects of a frame.
type observer func(ctx context.Context, call *engine.Call, at video.Frame, d *value.Detections) (engine.Outputs, error)

// watch makes a block of an observer. frame is the field that holds the frame's position in
// its video.
func watch(frame string, observe observer) engine.Constructor {
	return func(engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
			d, err := argument.Tracked(call, "detections")
			if err != nil {
				return engine.None(), err
			}
			at, err := video.Of(call, frame)
			if err != nil {
				return engine.None(), err
			}
			out, err := observe(ctx, call, at, d)
			if err != nil {
				return engine.None(), err
			}
			return engine.One(out), ctx.Err()
		}), nil
	}
}

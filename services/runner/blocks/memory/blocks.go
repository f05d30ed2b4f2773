package memory

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/buffer@v1":               simple(collect),
		"roboflow_core/cache_get@v1":            simple(recall),
		"roboflow_core/cache_set@v1":            simple(store),
		"roboflow_core/data_aggregator@v1":      newAggregator,
		"roboflow_core/delta_filter@v1":         simple(changed),
		"roboflow_core/detection_event_log@v1":  simple(logEvents),
		"roboflow_core/frame_delay@v1":          simple(delay),
		"roboflow_core/identify_changes@v1":     simple(identifyChange),
		"roboflow_core/identify_outliers@v1":    simple(identifyOutlier),
		"roboflow_core/image_stack@v1":          simple(stack),
		"roboflow_core/rate_limiter@v1":         simple(limit),
		"roboflow_core/stabilize_detections@v1": simple(stabilize),
		"roboflow_core/track_class_lock@v1":     simple(lockClass),
	}
}

// simple makes a block that needs no preparation.
func simple(run func(ctx context.Context, call *engine.Call) (engine.Result, error)) engine.Constructor {
	return func(engine.Step) (engine.Block, error) { return engine.BlockFunc(run), nil }
}

package transform

import "github.com/keyhole-dev/keyhole/services/runner/engine"

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/detections_filter@v1": newDetectionsFilter,
		"roboflow_core/dynamic_crop@v1":      newDynamicCrop,
	}
}

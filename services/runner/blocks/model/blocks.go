package model

import "github.com/keyhole-dev/keyhole/services/runner/engine"

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/roboflow_object_detection_model@v1": newObjectDetection(1),
		"roboflow_core/roboflow_object_detection_model@v2": newObjectDetection(2),
		"roboflow_core/roboflow_object_detection_model@v3": newObjectDetection(3),
		"roboflow_core/pp_ocr@v1":                          newPPOCR,
	}
}

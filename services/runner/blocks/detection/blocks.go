package detection

import "github.com/keyhole-dev/keyhole/services/runner/engine"

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

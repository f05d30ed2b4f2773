package model

import (
	"fmt"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/models"
)

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	all := engine.Registry{
		"roboflow_core/pp_ocr@v1":             newPPOCR,
		"roboflow_core/ocr_model@v1":          newOCRModel,
		"roboflow_core/clip@v1":               newCLIP,
		"roboflow_core/perception_encoder@v1": newPerception,
		"roboflow_core/depth_estimation@v1":   newDepth,
		"roboflow_core/clip_comparison@v1":    newComparison("texts", similarities),
		"roboflow_core/clip_comparison@v2":    newComparison("classes", comparison),
	}
	versions := func(family string, make func(task string, version int) engine.Constructor, task string, newest int) {
		for version := 1; version <= newest; version++ {
			all[fmt.Sprintf("roboflow_core/roboflow_%s_model@v%d", family, version)] = make(task, version)
		}
	}
	versions("object_detection", newDetection, models.ObjectDetection, 3)
	versions("classification", newClassification, models.Classification, 3)
	versions("multi_label_classification", newClassification, models.MultiLabel, 3)
	versions("instance_segmentation", newDetection, models.InstanceSegmentation, 4)
	versions("keypoint_detection", newDetection, models.KeypointDetection, 3)
	versions("semantic_segmentation", newSemantic, models.SemanticSegmentation, 2)
	return all
}

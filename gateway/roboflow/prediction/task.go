package prediction

import "strings"

type object = map[string]any

// Tasks of models.
const (
	Detection      = "object-detection"
	Classification = "classification"
	multiLabel     = "multi-label-classification"
	segmentation   = "instance-segmentation"
	keypoints      = "keypoint-detection"
)

// task says which block runs the models of a task, and what may be said to it.
type task struct {
	block string
	// options are the fields of the block that a call may set.
	options []string
	// draw names the blocks that draw the predictions on the picture, in this order.
	draw []string
}

var ofBoxes = []string{"confidence", "iou_threshold", "max_detections", "max_candidates", "class_filter", "class_agnostic_nms"}

var tasks = map[string]task{
	Detection:      {block: "roboflow_core/roboflow_object_detection_model@v2", options: ofBoxes, draw: []string{boxes}},
	Classification: {block: "roboflow_core/roboflow_classification_model@v2", options: []string{"confidence"}, draw: []string{classes}},
	multiLabel:     {block: "roboflow_core/roboflow_multi_label_classification_model@v2", options: []string{"confidence"}, draw: []string{classes}},
	segmentation: {
		block: "roboflow_core/roboflow_instance_segmentation_model@v2", options: append([]string{"mask_decode_mode", "tradeoff_factor"}, ofBoxes...),
		draw: []string{masks, boxes},
	},
	keypoints: {
		block: "roboflow_core/roboflow_keypoint_detection_model@v2", options: append([]string{"keypoint_confidence"}, ofBoxes...),
		draw: []string{boxes, points},
	},
}

const (
	boxes   = "roboflow_core/bounding_box_visualization@v1"
	masks   = "roboflow_core/mask_visualization@v1"
	points  = "roboflow_core/keypoint_visualization@v1"
	labels  = "roboflow_core/label_visualization@v1"
	classes = "roboflow_core/classification_label_visualization@v1"
)

// TaskOf reads a task as a path or a model states it.
func TaskOf(text string) string {
	text = strings.ReplaceAll(text, "_", "-")
	if text == "keypoints-detection" { // as the path has it
		return keypoints
	}
	return text
}

// Supports reports whether models of a task answer calls of their own.
func Supports(name string) bool { return tasks[name].block != "" }

// RegistryTask is the word for a task in Roboflow's registry, which has one for both kinds of
// classification.
func RegistryTask(name string) string {
	if name == multiLabel {
		return Classification
	}
	return name
}

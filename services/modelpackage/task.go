package modelpackage

import "slices"

// The tasks of models.
const (
	ObjectDetection      = "object-detection"
	InstanceSegmentation = "instance-segmentation"
	KeypointDetection    = "keypoint-detection"
	Classification       = "classification"
	MultiLabel           = "multi-label-classification"
	SemanticSegmentation = "semantic-segmentation"
	DepthEstimation      = "depth-estimation"
	TextRecognition      = "text-recognition"
	// Embeddings is the task of two encoders, of pictures and of texts (CLIP).
	Embeddings = "embedding"
)

// Names of files in a package.
const (
	WeightsFile   = "weights.onnx"
	DetectFile    = "det.onnx"
	RecogniseFile = "rec.onnx"
	DictFile      = "dict.txt"
	VisualFile    = "visual.onnx"
	TextualFile   = "textual.onnx"
	MergesFile    = "merges.txt"
	ModelConfig   = "model_config.json"
	InferConfig   = "inference_config.json"
	ClassNames    = "class_names.txt"
	KeypointNames = "keypoints_metadata.json"
)

// Text lists the files that hold settings.
func Text() []string { return []string{ModelConfig, InferConfig, ClassNames, KeypointNames} }

// Files returns the files that a package for a task needs.
func Files(task string) []string {
	switch task {
	case TextRecognition:
		return []string{DetectFile, RecogniseFile, DictFile}
	case Embeddings:
		return []string{VisualFile, TextualFile, MergesFile}
	}
	return []string{WeightsFile}
}

// pictureTasks are the tasks of models that take a batch of pictures.
var pictureTasks = []string{ObjectDetection, InstanceSegmentation, KeypointDetection, Classification, MultiLabel, SemanticSegmentation, DepthEstimation}

// Known reports whether models for a task can run.
func Known(task string) bool {
	return task == TextRecognition || task == Embeddings || slices.Contains(pictureTasks, task)
}

package models

import (
	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/runner/models/decode"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// The tasks of models.
const (
	ObjectDetection      = modelpackage.ObjectDetection
	InstanceSegmentation = modelpackage.InstanceSegmentation
	KeypointDetection    = modelpackage.KeypointDetection
	Classification       = modelpackage.Classification
	MultiLabel           = modelpackage.MultiLabel
	SemanticSegmentation = modelpackage.SemanticSegmentation
	DepthEstimation      = modelpackage.DepthEstimation
	TextRecognition      = modelpackage.TextRecognition
	Embeddings           = modelpackage.Embeddings
)

// Names of options of a model that finds objects.
const (
	OptionConfidence         = "confidence"
	OptionIoU                = "iou_threshold"
	OptionMaxDetections      = "max_detections"
	OptionMaxCandidates      = "max_candidates"
	OptionClassAgnostic      = "class_agnostic_nms"
	OptionKeypointConfidence = "keypoint_confidence"
)

// OptionFamily says how encoders were trained, if not as those of CLIP.
const (
	OptionFamily = "family"
	Perception   = "perception-encoder"
)

// Names of options of a text reader; the value "none" disables that part.
const (
	OptionTextDetection   = "text_detection"
	OptionTextRecognition = "text_recognition"
	None                  = "none"
)

// mostCandidates bounds the work of suppression, even if the step asks for more.
const mostCandidates = 10_000

func (j *job) limits() decode.Limits {
	t := decode.Limits{Confidence: j.confidence(0.4), IoU: 0.3, Detections: 300, Candidates: 3000}
	if v, ok := value.Float(j.options[OptionIoU]); ok {
		t.IoU = v
	}
	if v, ok := value.Int(j.options[OptionMaxDetections]); ok {
		t.Detections = int(min(max(v, 0), mostCandidates))
	}
	if v, ok := value.Int(j.options[OptionMaxCandidates]); ok {
		t.Candidates = int(min(max(v, 0), mostCandidates))
	}
	t.Candidates = max(t.Candidates, t.Detections)
	t.ClassAgnostic, _ = j.options[OptionClassAgnostic].(bool)
	return t
}

// confidence returns the threshold of the step, or else that of the package, or else a
// default.
func (j *job) confidence(fallback float64) float64 {
	if v, ok := value.Float(j.options[OptionConfidence]); ok {
		return v
	}
	if c := j.pkg.Config; c != nil && c.Post != nil && c.Post.Params.Confidence != nil {
		return *c.Post.Params.Confidence
	}
	return fallback
}

func (j *job) without(option string) bool { return j.options[option] == None }

package models

import "github.com/keyhole-dev/keyhole/services/workflow/value"

// Names of options of an object detector.
const (
	OptionConfidence    = "confidence"
	OptionIoU           = "iou_threshold"
	OptionMaxDetections = "max_detections"
	OptionMaxCandidates = "max_candidates"
	OptionClassAgnostic = "class_agnostic_nms"
)

// Names of options of a text reader; the value "none" disables that part.
const (
	OptionTextDetection   = "text_detection"
	OptionTextRecognition = "text_recognition"
	None                  = "none"
)

// thresholds filter the candidates of an object detector.
type thresholds struct {
	confidence    float64
	iou           float64
	detections    int
	candidates    int
	classAgnostic bool
}

// mostCandidates bounds the work of suppression, even if the step asks for more.
const mostCandidates = 10_000

func (j *job) thresholds() thresholds {
	t := thresholds{confidence: 0.4, iou: 0.3, detections: 300, candidates: 3000}
	if c := j.pkg.config; c != nil && c.Post != nil && c.Post.Params.Confidence != nil {
		t.confidence = *c.Post.Params.Confidence
	}
	if v, ok := value.Float(j.options[OptionConfidence]); ok {
		t.confidence = v
	}
	if v, ok := value.Float(j.options[OptionIoU]); ok {
		t.iou = v
	}
	if v, ok := value.Int(j.options[OptionMaxDetections]); ok {
		t.detections = int(max(v, 0))
	}
	if v, ok := value.Int(j.options[OptionMaxCandidates]); ok {
		t.candidates = int(max(v, 0))
	}
	t.candidates = min(max(t.candidates, t.detections), mostCandidates)
	t.classAgnostic, _ = j.options[OptionClassAgnostic].(bool)
	return t
}

func (j *job) without(option string) bool { return j.options[option] == None }

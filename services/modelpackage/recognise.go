package modelpackage

import (
	"slices"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

func (r *recogniser) recognise() error {
	if len(r.outputs) == 0 {
		return problem("the model has no output")
	}
	switch r.model.Task {
	case ObjectDetection:
		return r.detector()
	case InstanceSegmentation:
		return r.instances()
	case KeypointDetection:
		return r.skeletons()
	case Classification, MultiLabel:
		return r.classifier()
	case SemanticSegmentation:
		return r.semantic()
	case DepthEstimation:
		return r.depth()
	}
	return problem("models for %.60q are not supported", r.model.Task)
}

func (r *recogniser) classifier() error {
	for i, o := range r.outputs {
		rank := len(o.Shape)
		if o.Type != wire.Float32 || rank != 2 && !(rank == 4 && o.Shape[2] == 1 && o.Shape[3] == 1) {
			continue
		}
		if o.Shape[1] > MaxClasses {
			return problem("the model has %d classes; at most %d are supported", o.Shape[1], MaxClasses)
		}
		r.model.Scores = i
		return r.activation()
	}
	return r.unknown()
}

// activation tells logits from probabilities. Those of one label can be told when the model
// runs, because only probabilities add up to 1.
func (r *recogniser) activation() error {
	if c := r.settings.Config; r.stated() == "" && c != nil && c.Post != nil && (c.Post.Type == "softmax" || c.Post.Type == "sigmoid") {
		if r.model.Layout = Logits; c.Post.Fused {
			r.model.Layout = Probabilities
		}
		return nil
	}
	if r.stated() == "" && r.model.Task == Classification {
		r.model.Layout = Scores
		return nil
	}
	return r.choose(Logits, Probabilities)
}

func (r *recogniser) semantic() error {
	at := r.ofRank(4)
	if len(at) > 0 && r.outputs[at[0]].Type == wire.Float32 {
		if c := r.outputs[at[0]].Shape[1]; c > 256 {
			return problem("the model has %d classes; at most 256 are supported", c)
		}
		r.model.Scores = at[0]
		return r.choose(ClassScores)
	}
	if at = append(r.ofRank(3), at...); len(at) > 0 {
		r.model.Classes = at[0]
		return r.choose(ClassMap)
	}
	return r.unknown()
}

// depth recognises a map of one number for each place.
func (r *recogniser) depth() error {
	if c := r.settings.Config; c != nil && c.PreProcessing.StaticCrop.Enabled {
		return problem("inference_config.json has a static-crop, which is not supported for depth")
	}
	for i, o := range r.outputs {
		rank := len(o.Shape)
		if o.Type != wire.Float32 || rank != 3 && !(rank == 4 && o.Shape[1] == 1) {
			continue
		}
		if r.model.Scores = i; r.stated() == "" && r.model.Ultralytics {
			r.model.Layout = Distance
			return nil
		}
		return r.choose(Nearness, Distance)
	}
	return r.unknown()
}

// Recognise tells from the task, the settings and the signature how to run a model. The
// error says what the owner can change.
func Recognise(task string, s *Settings, signature *wire.Signature) (*Model, error) {
	m := &Model{Task: task, Boxes: -1, Scores: -1, Classes: -1, Masks: -1, Keypoints: -1, packaged: s.Names, Skeletons: s.skeletons(), Removed: s.removed()}
	if m.Removed >= 0 {
		m.packaged = slices.Delete(slices.Clone(s.Names), m.Removed, m.Removed+1)
	}
	m.declared = namesOf(signature.Metadata["names"])
	m.Ultralytics = signature.Metadata["author"] == "Ultralytics"
	if stated, known := ultralyticsTasks[signature.Metadata["task"]]; m.Ultralytics && known && stated != task && !(stated == Classification && task == MultiLabel) {
		return nil, problem("the file says that it is a model for %s; create a model with that task", stated)
	}
	if err := m.input(s, signature.Inputs); err != nil {
		return nil, err
	}
	if c := s.Config; c != nil && c.Input.ResizeMode == CenterCrop && task != Classification && task != MultiLabel {
		return nil, problem("inference_config.json has resize_mode center-crop, which is supported for classification only; use stretch or letterbox")
	}
	r := &recogniser{model: m, settings: s, outputs: signature.Outputs, points: signature.Metadata["kpt_shape"]}
	return m, r.recognise()
}

// ultralyticsTasks are the words of Ultralytics in the metadata of a file.
var ultralyticsTasks = map[string]string{
	"detect": ObjectDetection, "segment": InstanceSegmentation, "pose": KeypointDetection, "classify": Classification,
	"semantic": SemanticSegmentation, "depth": DepthEstimation,
}

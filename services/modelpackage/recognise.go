package modelpackage

import (
	"fmt"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// recogniser finds the layout of the outputs of a model.
type recogniser struct {
	model    *Model
	settings *Settings
	outputs  []wire.Value
	points   string // kpt_shape of the file's metadata
}

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
	}
	return problem("models for %.60q are not supported", r.model.Task)
}

// stated is the layout in the settings, or empty.
func (r *recogniser) stated() Layout { return r.settings.Layout }

// choose sets the layout to the stated one, which must be possible, or to the only possible
// one. Of more than one the owner has to state one.
func (r *recogniser) choose(possible ...Layout) error {
	if stated := r.stated(); stated != "" {
		for _, l := range possible {
			if l == stated {
				r.model.Layout = l
				return nil
			}
		}
		return r.mismatch(stated)
	}
	switch len(possible) {
	case 0:
		return r.unknown()
	case 1:
		r.model.Layout = possible[0]
		return nil
	}
	return problem(`the output %s can be read in more than one way: %s. Pack %s and a %s with {"task_type": %q, "layout": ...} in a zip, and state one of them`,
		r.shapes(), list(possible), WeightsFile, ModelConfig, r.model.Task)
}

func (r *recogniser) mismatch(stated Layout) error {
	return problem("the output %s is not that of a model for %s with the layout %s, which %s states", r.shapes(), r.model.Task, stated, ModelConfig)
}

func (r *recogniser) unknown() error {
	return problem("the output %s is not that of a supported model for %s", r.shapes(), r.model.Task)
}

// shapes is what an owner reads about the outputs.
func (r *recogniser) shapes() string {
	text := ""
	for i, o := range r.outputs {
		if i > 0 {
			text += ", "
		}
		if i == 6 {
			return text + "..."
		}
		text += fmt.Sprintf("%.30s %v", o.Name, o.Shape)
	}
	return text
}

// ofRank are the positions of the outputs of a rank.
func (r *recogniser) ofRank(n int) []int {
	var at []int
	for i, o := range r.outputs {
		if len(o.Shape) == n {
			at = append(at, i)
		}
	}
	return at
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

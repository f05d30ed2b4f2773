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

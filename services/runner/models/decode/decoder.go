package decode

import (
	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
)

const (
	// maxAnchors bounds the boxes in an output; a detector of 4096 by 4096 pixels has 344 064.
	maxAnchors = 500_000
	// maxPairs bounds the pairs of a query and a class.
	maxPairs = 1 << 20
	// maxScore is far above any real score. It excludes infinities.
	maxScore = 1e6
)

// Limits filter the boxes of a model.
type Limits struct {
	Confidence float64
	IoU        float64
	// Detections is the largest number of boxes of a picture, Candidates that of boxes before
	// suppression.
	Detections, Candidates int
	ClassAgnostic          bool
}

// Found are the boxes on one picture, the best first.
type Found struct {
	Boxes []Box
	// Classes is the number of classes that the model tells apart.
	Classes int
	// values returns the numbers that follow the classes of a box: its coefficients or key
	// points.
	values func(b Box) []float32
}

// decoder decodes the boxes on one picture.
type decoder struct {
	model     *modelpackage.Model
	outputs   []modelworker.Output
	i, n      int
	threshold float32
}

// out is an output that Recognise has found. The worker may return fewer outputs.
func (d *decoder) out(at int) modelworker.Output {
	if at < 0 || at >= len(d.outputs) {
		return modelworker.Output{}
	}
	return d.outputs[at]
}

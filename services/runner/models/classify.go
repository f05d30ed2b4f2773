package models

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models/decode"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Classes are the confidences of all classes of a model for one picture, by class number.
type Classes struct {
	Names      []string
	Confidence []float32
	// Threshold is the least confidence of a class that counts.
	Threshold float64
}

// classify returns *Classes for every picture.
func (j *job) classify(ctx context.Context, images []*value.Image) ([]any, error) {
	answers := make([]any, len(images))
	threshold := j.confidence(0.5)
	err := j.batches(ctx, images, func(a answer, at, i int, _ imaging.Fit) error {
		scores, err := decode.Scores(a.model, a.outputs, i, a.n)
		if err != nil {
			return err
		}
		answers[at] = &Classes{Names: a.model.Names(len(scores)), Confidence: scores, Threshold: threshold}
		return nil
	})
	return answers, err
}

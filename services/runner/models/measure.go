package models

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models/decode"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// measure returns a *decode.Depth for every picture.
func (j *job) measure(ctx context.Context, images []*value.Image) ([]any, error) {
	answers := make([]any, len(images))
	err := j.batches(ctx, images, func(a answer, at, i int, fit imaging.Fit) error {
		if err := value.Grow(ctx, fit.SourceWidth, fit.SourceHeight); err != nil {
			return err
		}
		depth, err := decode.DepthOf(a.model, a.outputs, i, a.n, fit)
		answers[at] = depth
		return err
	})
	return answers, err
}

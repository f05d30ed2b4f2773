package models

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models/decode"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// detect finds objects on every picture.
func (j *job) detect(ctx context.Context, images []*value.Image) ([]*value.Detections, error) {
	limits := j.limits()
	found := make([]*value.Detections, len(images))
	err := j.batches(ctx, images, func(a answer, at, i int, fit imaging.Fit) error {
		boxes, err := decode.Boxes(a.model, a.outputs, i, a.n, limits)
		if err != nil {
			return err
		}
		found[at] = detections(boxes.Boxes, fit, a.model.Names(boxes.Classes))
		return nil
	})
	return found, err
}

// detections converts boxes to coordinates of the picture and rounds them to whole pixels,
// as Roboflow's engine does.
func detections(boxes []decode.Box, fit imaging.Fit, names []string) *value.Detections {
	d := &value.Detections{Data: map[string][]any{value.ColumnClass: make([]any, 0, len(boxes))}}
	for _, b := range boxes {
		d.XYXY = append(d.XYXY, boxOn(b, fit))
		d.Confidence = append(d.Confidence, float64(b.Score))
		d.ClassID = append(d.ClassID, int64(b.Class))
		name := ""
		if b.Class < len(names) {
			name = names[b.Class]
		}
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], name)
	}
	return d
}

func boxOn(b decode.Box, fit imaging.Fit) value.Box {
	x0, y0 := fit.Back(float64(b.X0), float64(b.Y0))
	x1, y1 := fit.Back(float64(b.X1), float64(b.Y1))
	return value.Box{math.RoundToEven(x0), math.RoundToEven(y0), math.RoundToEven(x1), math.RoundToEven(y1)}
}

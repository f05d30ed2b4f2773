package models

import (
	"context"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models/decode"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// outline finds objects and their masks on every picture.
func (j *job) outline(ctx context.Context, images []*value.Image) ([]*value.Detections, error) {
	limits := j.limits()
	found := make([]*value.Detections, len(images))
	err := j.batches(ctx, images, func(a answer, at, i int, fit imaging.Fit) error {
		boxes, err := decode.Boxes(a.model, a.outputs, i, a.n, limits)
		if err != nil {
			return err
		}
		masks, err := decode.Masks(a.model, a.outputs, i, a.n, boxes, fit)
		if err != nil {
			return tooLarge(err)
		}
		found[at] = detections(boxes.Boxes, fit, a.model.Names(boxes.Classes))
		found[at].Masks = masks
		return j.keep(ctx, masks)
	})
	return found, err
}

// keep counts the memory of masks, one byte for each pixel.
func (j *job) keep(ctx context.Context, masks []*value.Mask) error {
	for _, m := range masks {
		if err := value.Grow(ctx, m.Bounds.Dx(), (m.Bounds.Dy()+3)/4); err != nil {
			return err
		}
	}
	return nil
}

// divide finds the class of every pixel of every picture. The background is left out.
func (j *job) divide(ctx context.Context, images []*value.Image) ([]*value.Detections, error) {
	confidence := j.confidence(0)
	found := make([]*value.Detections, len(images))
	err := j.batches(ctx, images, func(a answer, at, i int, fit imaging.Fit) error {
		regions, err := decode.Regions(a.model, a.outputs, i, a.n, fit, confidence)
		if err != nil {
			return tooLarge(err)
		}
		highest := -1
		for _, r := range regions {
			highest = max(highest, r.Class)
		}
		found[at] = areas(regions, a.model.Names(max(a.model.Known(), highest+1)))
		return j.keep(ctx, found[at].Masks)
	})
	return found, err
}

func areas(regions []decode.Region, names []string) *value.Detections {
	d := &value.Detections{Masks: []*value.Mask{}, Data: map[string][]any{value.ColumnClass: {}}}
	for _, r := range regions {
		name := names[r.Class]
		if strings.EqualFold(name, "background") {
			continue
		}
		b := r.Mask.Bounds
		d.XYXY = append(d.XYXY, value.Box{float64(b.Min.X), float64(b.Min.Y), float64(b.Max.X), float64(b.Max.Y)})
		d.Confidence = append(d.Confidence, r.Confidence)
		d.ClassID = append(d.ClassID, int64(r.Class))
		d.Masks = append(d.Masks, r.Mask)
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], name)
	}
	return d
}

// Depth says how near each pixel of a picture is.
type Depth = decode.Depth

// measure returns a *Depth for every picture.
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

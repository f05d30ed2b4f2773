package classic

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxMatches bounds the places where a template fits, before overlapping ones are dropped.
const maxMatches = 10_000

// transformCost is the memory of the two transforms, in pixels of a picture for each pixel.
// The sides of a transform are up to twice those of the picture.
const transformCost = 4 * 8

// matchTemplate finds the places at which a picture looks like a template, by brightness.
func matchTemplate(ctx context.Context, call *engine.Call, picture *value.Image, pixels image.Image) (engine.Outputs, error) {
	template, err := argument.Picture(call, "template")
	if err != nil {
		return nil, err
	}
	threshold, err := argument.Number(call, "matching_threshold", -1, 1)
	if err != nil {
		return nil, err
	}
	overlap, err := argument.Number(call, "nms_threshold", 0, 1)
	if err != nil {
		return nil, err
	}
	if template.Width() > picture.Width() || template.Height() > picture.Height() {
		return nil, engine.Failf(engine.RuntimeInput, "template is larger than image")
	}
	if err := value.Grow(ctx, transformCost*picture.Width(), picture.Height()); err != nil {
		return nil, err
	}
	small, err := template.Pixels(ctx)
	if err != nil {
		return nil, err
	}
	fit, err := raster.Match(ctx, raster.Gray(pixels), raster.Gray(small))
	if err != nil {
		return nil, err
	}
	var boxes []value.Box
	for i, v := range fit.At {
		if float64(v) < threshold {
			continue
		}
		if len(boxes) == maxMatches {
			return nil, engine.Failf(engine.LimitsCaused, "the template fits at more than %d places; raise matching_threshold", maxMatches)
		}
		x, y := float64(i%fit.W), float64(i/fit.W)
		boxes = append(boxes, value.Box{x, y, x + float64(template.Width()), y + float64(template.Height())})
	}
	if value.Truthy(call.Arg("apply_nms")) {
		boxes = apart(boxes, overlap)
	}
	d := &value.Detections{Data: map[string][]any{}, XYXY: boxes}
	for range boxes {
		d.Confidence, d.ClassID = append(d.Confidence, 1), append(d.ClassID, 0)
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], "template_match")
		d.Data[value.ColumnID] = append(d.Data[value.ColumnID], call.NewID())
		d.Data[value.ColumnPredictionType] = append(d.Data[value.ColumnPredictionType], "object-detection")
	}
	return engine.Outputs{"predictions": d.Place(picture), "number_of_matches": int64(len(boxes))}, nil
}

// apart keeps the last box of each group that overlaps by more than a share.
func apart(boxes []value.Box, overlap float64) []value.Box {
	var kept []value.Box // from the last to the first
	for i := len(boxes) - 1; i >= 0; i-- {
		free := true
		for _, k := range kept {
			if k.IoU(boxes[i]) > overlap {
				free = false
				break
			}
		}
		if free {
			kept = append(kept, boxes[i])
		}
	}
	for i, j := 0, len(kept)-1; i < j; i, j = i+1, j-1 {
		kept[i], kept[j] = kept[j], kept[i]
	}
	return kept
}

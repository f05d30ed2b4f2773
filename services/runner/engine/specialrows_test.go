package engine_test

import (
	"fmt"
	"image"

	"github.com/keyhole-dev/keyhole/services/workflow/conformance"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// rows reads the columns of the notation $detections.
func rows(columns map[string]any) (*value.Detections, error) {
	d := &value.Detections{Data: map[string][]any{}}
	boxes, _ := columns["xyxy"].([]any)
	for i, item := range boxes {
		var box value.Box
		for k, n := range item.([]any) {
			box[k], _ = value.Float(n)
		}
		d.XYXY = append(d.XYXY, box)
		confidence := 1.0
		if list, ok := columns["confidence"].([]any); ok {
			confidence, _ = value.Float(list[i])
		}
		d.Confidence = append(d.Confidence, confidence)
		class := 0
		if list, ok := columns["class_id"].([]any); ok {
			class = number(list[i])
		}
		d.ClassID = append(d.ClassID, int64(class))
		if list, ok := columns["tracker_id"].([]any); ok {
			d.TrackerID = append(d.TrackerID, int64(number(list[i])))
		}
		d.Data[value.ColumnID] = append(d.Data[value.ColumnID], fmt.Sprintf("detection-%d", i))
	}
	data, _ := columns["data"].(map[string]any)
	for name, cells := range data {
		d.Data[name], _ = cells.([]any)
	}
	return d, masks(d, columns["mask"])
}

// masks adds the masks of the rows, if the case has any.
func masks(d *value.Detections, column any) error {
	list, ok := column.([]any)
	if !ok && column != nil {
		return conformance.Skip("has masks that are not known")
	}
	for _, item := range list {
		cell, _ := item.(map[string]any)
		spec, known := cell["$image"].(map[string]any)
		if !known {
			return conformance.Skip("has masks that are not known")
		}
		d.Masks = append(d.Masks, mask(spec))
	}
	return nil
}

// mask paints the marked rectangles of a picture of one channel.
func mask(spec map[string]any) *value.Mask {
	width, height := number(spec["width"]), number(spec["height"])
	out := value.NewMask(width, height, image.Rect(0, 0, width, height))
	painted, _ := spec["rects"].([]any)
	for _, item := range painted {
		r := item.(map[string]any)
		part := image.Rect(number(r["x0"]), number(r["y0"]), number(r["x1"]), number(r["y1"]))
		for y := part.Min.Y; y < part.Max.Y; y++ {
			for x := part.Min.X; x < part.Max.X; x++ {
				out.Set(x, y)
			}
		}
	}
	return out
}

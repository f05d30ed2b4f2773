package decode

import (
	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
)

// Boxes returns the boxes on picture i of n.
func Boxes(m *modelpackage.Model, outputs []modelworker.Output, i, n int, limits Limits) (*Found, error) {
	d := &decoder{model: m, outputs: outputs, i: i, n: n, threshold: float32(limits.Confidence)}
	found, err := d.boxes()
	if err != nil {
		return nil, err
	}
	found.Boxes = d.known(found.Boxes)
	if suppressed(m.Layout) {
		found.Boxes = suppress(best(found.Boxes, limits.Candidates), limits.IoU, limits.ClassAgnostic)
	}
	found.Boxes = best(found.Boxes, limits.Detections)
	if m.Removed >= 0 && found.Classes > 1 {
		found.Classes--
	}
	if found.Classes == 0 {
		found.Classes = max(m.Known(), 1+highest(found.Boxes))
	}
	return found, nil
}

// suppressed reports whether boxes of a layout may still overlap and need suppression.
func suppressed(l modelpackage.Layout) bool {
	switch l {
	case modelpackage.YOLOv8, modelpackage.YOLOv5, modelpackage.YOLOX, modelpackage.YOLONAS:
		return true
	}
	return false
}

func highest(found []Box) int {
	class := -1
	for _, b := range found {
		class = max(class, b.Class)
	}
	return class
}

func (d *decoder) boxes() (*Found, error) {
	if d.model.Keypoints >= 0 {
		return d.slots()
	}
	switch d.model.Layout {
	case modelpackage.YOLONAS, modelpackage.DETR, modelpackage.RFDETR:
		return d.queries()
	case modelpackage.SSD, modelpackage.SSDRows, modelpackage.SSDPixels:
		return d.built()
	case modelpackage.YOLOv7NMS:
		return d.flat()
	}
	return d.rows()
}

// known drops the boxes of classes that the package removes and of classes that it does not name,
// because exports of DETR have columns without a class. It also drops boxes with coordinates that
// are not finite.
func (d *decoder) known(all []Box) []Box {
	removed, names := d.model.Removed, d.model.Known()
	kept := all[:0]
	for _, b := range all {
		if b.Class == removed || !b.finite() {
			continue
		}
		if removed >= 0 && b.Class > removed {
			b.Class--
		}
		if d.model.Layout == modelpackage.RFDETR && names > 0 && b.Class >= names {
			continue
		}
		kept = append(kept, b)
	}
	return kept
}

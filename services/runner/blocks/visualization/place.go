package visualization

import (
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// place returns the top left corner of a label. A label that would leave the picture is
// moved inside, so that it stays readable.
func (l *labeller) place(i int, size image.Point) (image.Point, error) {
	box := l.detections.XYXY[i]
	x, y, err := l.anchor(i, box, size)
	if err != nil {
		return image.Point{}, err
	}
	bounds := l.Rect.Size()
	return image.Pt(within(x, bounds.X-size.X), within(y, bounds.Y-size.Y)), nil
}

// anchor returns the label's corner for a position on the box. A label at the top sits on
// the box; a label at the bottom hangs below it.
func (l *labeller) anchor(i int, box value.Box, size image.Point) (x, y float64, err error) {
	w, h := float64(size.X), float64(size.Y)
	cx, cy := box.Center()
	left, right, middle := box[0], box[2]-w, cx-w/2
	above, below, centre := box[1]-h, box[3], cy-h/2
	switch l.position {
	case "TOP_LEFT":
		return left, above, nil
	case "TOP_CENTER":
		return middle, above, nil
	case "TOP_RIGHT":
		return right, above, nil
	case "CENTER_LEFT":
		return left, centre, nil
	case "CENTER":
		return middle, centre, nil
	case "CENTER_RIGHT":
		return right, centre, nil
	case "BOTTOM_LEFT":
		return left, below, nil
	case "BOTTOM_CENTER":
		return middle, below, nil
	case "BOTTOM_RIGHT":
		return right, below, nil
	case "CENTER_OF_MASS":
		if l.detections.Masks == nil {
			return 0, 0, engine.Failf(engine.RuntimeInput, "text_position is CENTER_OF_MASS and the detections have no masks")
		}
		p := geometry.Mass(l.detections.Masks[i], box)
		return p.X - w/2, p.Y - h/2, nil
	}
	return 0, 0, engine.Failf(engine.RuntimeInput, "text_position %.60q is not known", l.position)
}

// within clamps v so that a label stays inside a picture that has room for it. NaN becomes
// 0.
func within(v float64, most int) int {
	if !(v > 0) || most < 0 {
		return 0
	}
	return int(math.Min(math.Round(v), float64(most)))
}

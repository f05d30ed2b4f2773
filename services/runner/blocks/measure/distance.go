package measure

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newDistance makes the block that measures the gap between two objects along one axis.
func newDistance(step engine.Step) (engine.Block, error) {
	axis := horizontal
	if step.Fields["reference_axis"] == "vertical" {
		axis = vertical
	}
	byReference := step.Fields["calibration_method"] == "reference object"
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		d, err := argument.Detections(call, "predictions")
		if err != nil {
			return engine.None(), err
		}
		first, second, err := objects(call, d)
		if err != nil {
			return engine.None(), err
		}
		a, b := axis(first), axis(second)
		pixels := max(b[0]-a[1], a[0]-b[1])
		// Boxes that overlap along the axis have no gap, even if they are far apart across it.
		if pixels <= 0 {
			return engine.One(engine.Outputs{"distance_cm": int64(0), "distance_pixel": int64(0)}), nil
		}
		ratio, err := pixelsPerCentimeter(call, d, byReference)
		if err != nil {
			return engine.None(), err
		}
		return engine.One(engine.Outputs{"distance_cm": float64(pixels) / ratio, "distance_pixel": int64(pixels)}), nil
	}), nil
}

func horizontal(r image.Rectangle) [2]int { return [2]int{r.Min.X, r.Max.X} }

func vertical(r image.Rectangle) [2]int { return [2]int{r.Min.Y, r.Max.Y} }

// objects returns the boxes of the two classes. The search ends at the first row at which
// both classes were seen. If a class was seen several times before that, the last box counts.
func objects(call *engine.Call, d *value.Detections) (first, second image.Rectangle, err error) {
	one, two := argument.Text(call, "object_1_class_name"), argument.Text(call, "object_2_class_name")
	var found [2]bool
	for i := range d.Len() {
		switch d.Class(i) {
		case one:
			first, found[0] = box(d, i), true
		case two:
			second, found[1] = box(d, i), true
		}
		if found[0] && found[1] {
			return first, second, nil
		}
	}
	return first, second, engine.Failf(engine.QueryInput, "the predictions have no object of the class %.60q or none of the class %.60q", one, two)
}

// box returns the box of a row in whole pixels.
func box(d *value.Detections, i int) image.Rectangle {
	b := d.XYXY[i]
	return image.Rectangle{Min: geometry.Point{X: b[0], Y: b[1]}.Pixel(), Max: geometry.Point{X: b[2], Y: b[3]}.Pixel()}
}

// pixelsPerCentimeter returns the given ratio, or computes it from an object of known size.
func pixelsPerCentimeter(call *engine.Call, d *value.Detections, byReference bool) (float64, error) {
	const smallest, largest = 1e-9, 1e9
	if !byReference {
		return argument.Number(call, "pixel_ratio", smallest, largest)
	}
	width, err := argument.Number(call, "reference_width", smallest, largest)
	if err != nil {
		return 0, err
	}
	height, err := argument.Number(call, "reference_height", smallest, largest)
	if err != nil {
		return 0, err
	}
	name := argument.Text(call, "reference_object_class_name")
	for i := range d.Len() {
		if d.Class(i) != name {
			continue
		}
		size := box(d, i).Size()
		if ratio := (float64(size.X)/width + float64(size.Y)/height) / 2; ratio > 0 {
			return ratio, nil
		}
		return 0, engine.Failf(engine.QueryInput, "the reference object of the class %.60q has no size", name)
	}
	return 0, engine.Failf(engine.QueryInput, "the predictions have no reference object of the class %.60q", name)
}

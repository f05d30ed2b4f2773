package measure

import (
	"context"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxCorners bounds the corners of a polygon that an input gives.
const maxCorners = 4096

// newSize makes the block that measures objects by comparison with an object of known size.
func newSize(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		d, err := argument.Detections(call, "object_predictions")
		if err != nil {
			return engine.None(), err
		}
		width, height, err := knownSize(call.Arg("reference_dimensions"))
		if err != nil {
			return engine.None(), err
		}
		ownWidth, ownHeight, err := reference(call.Arg("reference_predictions"))
		if err != nil || ownWidth <= 0 || ownHeight <= 0 {
			return engine.One(engine.Outputs{"dimensions": nil}), err
		}
		sizes := make([]any, d.Len())
		for i := range sizes {
			if w, h := sides(d, i); w > 0 && h > 0 {
				w, h = w*width/ownWidth, h*height/ownHeight
				sizes[i] = map[string]any{"width": w, "height": h, "longer": max(w, h), "shorter": min(w, h)}
			}
		}
		return engine.One(engine.Outputs{"dimensions": sizes}), nil
	}), nil
}

// knownSize reads "width,height" or a pair of numbers.
func knownSize(v any) (width, height float64, err error) {
	parts, _ := v.([]any)
	if text, ok := v.(string); ok {
		for part := range strings.SplitSeq(text, ",") {
			n, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
			if err != nil || len(parts) > 2 {
				return 0, 0, noSize()
			}
			parts = append(parts, n)
		}
	}
	if len(parts) != 2 {
		return 0, 0, noSize()
	}
	width, okWidth := value.Float(parts[0])
	height, okHeight := value.Float(parts[1])
	if !okWidth || !okHeight || !(width > 0) || !(height > 0) {
		return 0, 0, noSize()
	}
	return width, height, nil
}

func noSize() error {
	return engine.Failf(engine.RuntimeInput, `reference_dimensions must be two numbers above 0, such as [5, 3] or "5,3"`)
}

// reference returns the size of the known object in pixels: that of the best detection, or of
// a polygon. It is 0 if there is no such object.
func reference(v any) (width, height float64, err error) {
	switch v := v.(type) {
	case *value.Detections:
		if v.Len() == 0 {
			return 0, 0, nil
		}
		best := 0
		for i, confidence := range v.Confidence {
			if confidence > v.Confidence[best] {
				best = i
			}
		}
		width, height = sides(v, best)
		return width, height, nil
	case []any:
		polygon, err := polygon(v)
		if err != nil || geometry.Area(polygon) == 0 {
			return 0, 0, err
		}
		width, height = geometry.Smallest(geometry.Hull(polygon)).Upright()
		return width, height, nil
	}
	return 0, 0, engine.Failf(engine.QueryInput, "reference_predictions must be detections or a list of points")
}

func polygon(corners []any) ([]geometry.Point, error) {
	if len(corners) > maxCorners {
		return nil, engine.Failf(engine.LimitsCaused, "reference_predictions has %d points; at most %d are allowed", len(corners), maxCorners)
	}
	out := make([]geometry.Point, len(corners))
	for i, corner := range corners {
		p, ok := pointOf(corner)
		if !ok {
			return nil, engine.Failf(engine.QueryInput, "reference_predictions[%d] must be a point [x, y]", i)
		}
		out[i] = p
	}
	return out, nil
}

// sides returns the size of a row: of the smallest rectangle around its mask, which may be
// rotated, or of its box if there are no masks.
func sides(d *value.Detections, i int) (width, height float64) {
	if d.Masks == nil {
		return d.XYXY[i].Width(), d.XYXY[i].Height()
	}
	if d.Masks[i] == nil {
		return 0, 0
	}
	outline := geometry.Points(d.Masks[i].Outline())
	if geometry.Area(outline) == 0 {
		return 0, 0
	}
	return geometry.Smallest(geometry.Hull(outline)).Upright()
}

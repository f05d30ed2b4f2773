// Package argument reads the arguments of a call and checks that a block can use them. Its
// errors name the field.
package argument

import (
	"context"
	"image"
	"image/color"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Detections returns a field that must be detections.
func Detections(call *engine.Call, field string) (*value.Detections, error) {
	d, ok := call.Arg(field).(*value.Detections)
	if !ok {
		return nil, engine.Failf(engine.QueryInput, "%s must be detections", field)
	}
	return d, nil
}

// Picture returns a field that must be a picture.
func Picture(call *engine.Call, field string) (*value.Image, error) {
	p, ok := call.Arg(field).(*value.Image)
	if !ok {
		return nil, engine.Failf(engine.QueryInput, "%s must be a picture", field)
	}
	return p, nil
}

// Pixels returns a field that must be a picture, and its pixels.
func Pixels(ctx context.Context, call *engine.Call, field string) (*value.Image, image.Image, error) {
	p, err := Picture(call, field)
	if err != nil {
		return nil, nil, err
	}
	pixels, err := p.Pixels(ctx)
	return p, pixels, err
}

// RGB reads a list of three whole numbers from 0 to 255 as a colour.
func RGB(parts []any) (c color.RGBA, ok bool) {
	if len(parts) != 3 {
		return c, false
	}
	var rgb [3]uint8
	for i, part := range parts {
		n, ok := value.Int(part)
		if !ok || n < 0 || n > 255 {
			return c, false
		}
		rgb[i] = uint8(n)
	}
	return color.RGBA{R: rgb[0], G: rgb[1], B: rgb[2], A: 255}, true
}

// Number returns a field that must be a finite number from low to high.
func Number(call *engine.Call, field string, low, high float64) (float64, error) {
	n, ok := value.Float(call.Arg(field))
	if !ok || math.IsNaN(n) || n < low || n > high {
		return 0, engine.Failf(engine.RuntimeInput, "%s must be a number from %g to %g", field, low, high)
	}
	return n, nil
}

// Whole returns a field that must be a whole number from low to high.
func Whole(call *engine.Call, field string, low, high int) (int, error) {
	n, ok := value.Int(call.Arg(field))
	if !ok || n < int64(low) || n > int64(high) {
		return 0, engine.Failf(engine.RuntimeInput, "%s must be a whole number from %d to %d", field, low, high)
	}
	return int(n), nil
}

// Text returns a field that must be a text, or "".
func Text(call *engine.Call, field string) string {
	text, _ := call.Arg(field).(string)
	return text
}

// MostPairs bounds the pairs of detections that one call compares.
const MostPairs = 1_000_000

// Pairs refuses to compare too many detections with each other.
func Pairs(a, b int) error {
	if a > 0 && b > MostPairs/a {
		return engine.Failf(engine.LimitsCaused, "%d and %d detections make more than %d pairs; filter them first", a, b, MostPairs)
	}
	return nil
}

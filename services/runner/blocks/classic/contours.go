package classic

import (
	"context"
	"image"
	"image/color"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxParts bounds the pixels of the boxes around all parts of a picture.
const maxParts = 64_000_000

var magenta = color.RGBA{R: 255, B: 255, A: 255}

// findContours returns the outer contours of the parts that are not black, and draws them on
// the grey picture.
func findContours(_ context.Context, call *engine.Call, picture *value.Image, pixels image.Image) (engine.Outputs, error) {
	thickness, err := argument.Whole(call, "line_thickness", 1, 1000)
	if err != nil {
		return nil, err
	}
	gray := raster.Gray(pixels)
	parts, ok := raster.Parts(gray, maxParts)
	if !ok {
		return nil, engine.Failf(engine.LimitsCaused, "the picture has too many parts; blur or threshold it first")
	}
	drawn := imaging.Copy(gray.Image())
	contours, rows := make([]any, len(parts)), make([]any, len(parts))
	for i, part := range parts {
		outline := part.Contour()
		contours[i] = pointsOf(part.Outline(), outline)
		for k, p := range outline {
			q := outline[(k+1)%len(outline)]
			imaging.Line(drawn, float64(p.X), float64(p.Y), float64(q.X), float64(q.Y), magenta, thickness)
		}
		next, before := int64(i+1), int64(i-1)
		if i == len(parts)-1 {
			next = -1
		}
		rows[i] = []any{next, before, int64(-1), int64(-1)}
	}
	var hierarchy any
	if len(parts) > 0 {
		hierarchy = []any{rows}
	}
	return engine.Outputs{
		"image": picture.WithPixels(drawn), "contours": contours, "hierarchy": hierarchy, "number_contours": int64(len(parts)),
	}, nil
}

// pointsOf returns a contour without the points on straight runs. The contour of a line or a
// dot has only such points and keeps them.
func pointsOf(short, all []image.Point) []any {
	if len(short) == 0 {
		short = all
	}
	out := make([]any, len(short))
	for i, p := range short {
		out[i] = []any{[]any{int64(p.X), int64(p.Y)}}
	}
	return out
}

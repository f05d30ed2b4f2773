package motion

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const (
	// maxParts bounds the pixels of the boxes around all moving parts of a frame.
	maxParts = 64_000_000
	// maxKernel bounds the filter against noise, whose work grows with it.
	maxKernel = 99
)

// newDetection makes the block that finds moving parts of a video.
func newDetection(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		picture, mask, s, err := watch(ctx, call)
		if err != nil {
			return engine.None(), err
		}
		var found []contour
		// The background is learned from the first frames.
		if s.frames > s.history || !value.Truthy(call.Arg("suppress_first_detections")) {
			if found, err = moving(call, mask); err != nil {
				return engine.None(), err
			}
		}
		moved := len(found) > 0
		alarm := moved && !s.moved
		s.moved = moved
		d, zones := rows(call, picture, found)
		return engine.One(engine.Outputs{"motion": moved, "alarm": alarm, "detections": d, "motion_zones": zones}), ctx.Err()
	}), nil
}

// contour is the outline of a moving part.
type contour []geometry.Point

// moving returns the parts that are large enough, cut to the zone.
func moving(call *engine.Call, mask raster.Plane) ([]contour, error) {
	kernel, err := argument.Whole(call, "morphological_kernel_size", 1, maxKernel)
	if err != nil {
		return nil, err
	}
	least, err := argument.Whole(call, "minimum_contour_area", 1, 1<<30)
	if err != nil {
		return nil, err
	}
	zone, err := zoneOf(call.Arg("detection_zone"), mask)
	if err != nil {
		return nil, err
	}
	parts, ok := raster.Parts(raster.OpenEllipse(mask, kernel), maxParts)
	if !ok {
		return nil, engine.Failf(engine.LimitsCaused, "too many parts of the picture move; raise morphological_kernel_size or make the picture smaller")
	}
	var out []contour
	for _, part := range parts {
		outline := contour(geometry.Points(part.Outline()))
		if len(outline) < 3 || geometry.Area(outline) <= float64(least) {
			continue
		}
		if zone != nil {
			outline = geometry.Points(within(part, zone).Outline())
		}
		if outline = geometry.Simplify(outline, 0.01*geometry.Perimeter(outline)); len(outline) > 2 {
			out = append(out, outline)
		}
	}
	return out, nil
}

// within returns the pixels of a part that are in the zone.
func within(part, zone *value.Mask) *value.Mask {
	out := value.NewMask(part.Width, part.Height, part.Bounds.Intersect(zone.Bounds))
	for y := out.Bounds.Min.Y; y < out.Bounds.Max.Y; y++ {
		for x := out.Bounds.Min.X; x < out.Bounds.Max.X; x++ {
			if part.At(x, y) && zone.At(x, y) {
				out.Set(x, y)
			}
		}
	}
	return out
}

// rows returns the parts as detections and as polygons.
func rows(call *engine.Call, picture *value.Image, found []contour) (*value.Detections, []any) {
	d, zones := &value.Detections{Data: map[string][]any{}}, []any{}
	for _, c := range found {
		low, high := c[0], c[0]
		polygon := make([]any, len(c))
		for i, p := range c {
			low = geometry.Point{X: min(low.X, p.X), Y: min(low.Y, p.Y)}
			high = geometry.Point{X: max(high.X, p.X), Y: max(high.Y, p.Y)}
			polygon[i] = []any{int64(p.X), int64(p.Y)}
		}
		d.XYXY = append(d.XYXY, value.Box{low.X, low.Y, high.X + 1, high.Y + 1})
		d.Confidence, d.ClassID = append(d.Confidence, 1), append(d.ClassID, 0)
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], "motion")
		d.Data[value.ColumnID] = append(d.Data[value.ColumnID], call.NewID())
		zones = append(zones, polygon)
	}
	return d.Place(picture), zones
}

// zoneOf reads a polygon [[x, y], ...] or its JSON text. It returns nil if there is none.
func zoneOf(v any, frame raster.Plane) (*value.Mask, error) {
	if text, ok := v.(string); ok && text != "" {
		read, err := value.Decode([]byte(text))
		if err != nil {
			return nil, noZone()
		}
		v = read
	}
	corners, _ := v.([]any)
	if len(corners) == 0 {
		return nil, nil
	}
	const most = 4096
	if len(corners) < 3 || len(corners) > most {
		return nil, noZone()
	}
	zone := make([]image.Point, len(corners))
	for i, corner := range corners {
		pair, _ := corner.([]any)
		if len(pair) != 2 {
			return nil, noZone()
		}
		x, okX := value.Float(pair[0])
		y, okY := value.Float(pair[1])
		if !okX || !okY {
			return nil, noZone()
		}
		zone[i] = geometry.Point{X: x, Y: y}.Pixel()
	}
	return value.FillPolygon(frame.W, frame.H, zone), nil
}

func noZone() error {
	return engine.Failf(engine.RuntimeInput, "detection_zone must be a list of 3 to 4096 points [x, y]")
}

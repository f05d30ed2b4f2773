package feature

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/runner/sift"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// features are the key points of a picture.
type features struct {
	gray   raster.Plane
	pixels image.Image
	points []sift.Point
}

func find(ctx context.Context, picture *value.Image) (*features, error) {
	pixels, err := picture.Pixels(ctx)
	if err != nil {
		return nil, err
	}
	if w, h := sift.Memory(picture.Width(), picture.Height()); w > 0 {
		if err := value.Grow(ctx, w, h); err != nil {
			return nil, err
		}
	}
	f := &features{gray: raster.Gray(pixels), pixels: pixels}
	f.points, err = sift.Find(ctx, f.gray)
	return f, err
}

// keypoints returns the key points as objects. Their members have OpenCV's names.
func keypoints(points []sift.Point) []any {
	out := make([]any, len(points))
	for i, p := range points {
		out[i] = map[string]any{
			"pt": []any{p.X, p.Y}, "size": p.Size, "angle": p.Angle, "response": p.Response, "octave": int64(p.Octave), "class_id": int64(-1),
		}
	}
	return out
}

// boxed holds each value of a descriptor as an interface. The values are made once, because a
// picture has hundreds of thousands of them.
var boxed = func() (out [256]any) {
	for i := range out {
		out[i] = float64(i)
	}
	return out
}()

// descriptors returns lists of 128 numbers, or null for a picture without key points.
func descriptors(points []sift.Point) any {
	if len(points) == 0 {
		return nil
	}
	out := make([]any, len(points))
	for i := range points {
		row := make([]any, 128)
		for k, v := range points[i].Descriptor {
			row[k] = boxed[v]
		}
		out[i] = row
	}
	return out
}

// descriptorsOf reads descriptors of another step or of an input.
func descriptorsOf(field string, v any) ([][128]uint8, error) {
	list, ok := v.([]any)
	if !ok || len(list) > sift.MostPoints {
		return nil, engine.Failf(engine.RuntimeInput, "%s must be a list of at most %d descriptors", field, sift.MostPoints)
	}
	out := make([][128]uint8, len(list))
	for i, item := range list {
		row, _ := item.([]any)
		if len(row) != 128 {
			return nil, engine.Failf(engine.RuntimeInput, "%s must have descriptors of 128 numbers, as SIFT makes them", field)
		}
		for k, cell := range row {
			n, ok := value.Float(cell)
			if !ok || !(n >= 0 && n <= 255) {
				return nil, engine.Failf(engine.RuntimeInput, "%s must have descriptors of 128 numbers from 0 to 255, as SIFT makes them", field)
			}
			out[i][k] = uint8(n + 0.5)
		}
	}
	return out, nil
}

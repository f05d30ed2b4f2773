package engine_test

import (
	"context"
	"image"
	"image/draw"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func detectionStubs() engine.Registry {
	return engine.Registry{
		"DetectionsToParentsCoordinatesBatch": stateless(func(c *engine.Call) (engine.Result, error) {
			images, nested := c.Batch("images"), c.Batch("images_predictions")
			items := make([]engine.Result, images.Len())
			for i := range items {
				items[i] = toParents(images.Values[i], nested.Values[i].(*engine.Batch))
			}
			return engine.Many(items), nil
		}),
		"DetectionsToParentsCoordinatesNonBatch": stateless(func(c *engine.Call) (engine.Result, error) {
			return toParents(c.Arg("image"), c.Batch("image_predictions")), nil
		}),
		"StitchDetectionsBatch": stateless(func(c *engine.Call) (engine.Result, error) {
			nested := c.Batch("images_predictions")
			return each("predictions", nested.Len(), func(i int) any { return stitch(nested.Values[i].(*engine.Batch)) }), nil
		}),
		"StitchDetectionsNonBatch": stateless(func(c *engine.Call) (engine.Result, error) {
			return one("predictions", stitch(c.Batch("image_predictions"))), nil
		}),
		"TileDetectionsBatch": stateless(func(c *engine.Call) (engine.Result, error) {
			crops := c.Batch("images_crops")
			return each("visualisations", crops.Len(), func(i int) any { return tile(crops.Values[i].(*engine.Batch)) }), nil
		}),
		"TileDetectionsNonBatch": stateless(func(c *engine.Call) (engine.Result, error) {
			return one("visualisations", tile(c.Batch("crops"))), nil
		}),
	}
}

func toParents(picture any, predictions *engine.Batch) engine.Result {
	parent := picture.(*value.Image).Parent()
	items := make([]engine.Result, predictions.Len())
	for i, v := range predictions.Values {
		d := v.(*value.Detections)
		d = d.WithAll(value.ColumnParentID, parent.ID).
			WithAll(value.ColumnParentCoordinates, []any{int64(0), int64(0)}).
			WithAll(value.ColumnParentDimensions, []any{int64(parent.Height), int64(parent.Width)})
		items[i] = one("predictions", d)
	}
	return engine.Many(items)
}

func stitch(predictions *engine.Batch) any {
	var parts []*value.Detections
	for _, v := range predictions.Values {
		d := v.(*value.Detections)
		if d.Len() == 0 {
			continue
		}
		at, _ := d.At(value.ColumnParentCoordinates, 0).([]any)
		x, _ := value.Float(at[0])
		y, _ := value.Float(at[1])
		moved := d.Copy()
		moved.XYXY = make([]value.Box, d.Len())
		for i, box := range d.XYXY {
			moved.XYXY[i] = box.Shift(x, y)
		}
		parts = append(parts, moved)
	}
	return value.Merge(parts)
}

// tile joins crops side by side.
func tile(crops *engine.Batch) any {
	canvas := image.NewRGBA(image.Rect(0, 0, 100*max(crops.Len(), 1), 100))
	for i, v := range crops.Values {
		pixels, err := v.(*value.Image).Pixels(context.Background())
		if err != nil {
			panic(err)
		}
		draw.Draw(canvas, image.Rect(100*i, 0, 100*i+100, 100), pixels, pixels.Bounds().Min, draw.Src)
	}
	return value.NewImage(canvas, "tile")
}

func alikeShare(a, b *value.Image) any {
	x, errX := a.Pixels(context.Background())
	y, errY := b.Pixels(context.Background())
	if errX != nil || errY != nil || a.Width() != b.Width() || a.Height() != b.Height() {
		return 0.0
	}
	same := 0
	for row := range a.Height() {
		for col := range a.Width() {
			p, q := channels(x, col, row), channels(y, col, row)
			for k := range p {
				if p[k] == q[k] {
					same++
				}
			}
		}
	}
	return float64(same) / float64(3*a.Width()*a.Height())
}

// channels are blue, green and red, as pictures in the cases are written.
func channels(pixels image.Image, x, y int) [3]uint8 {
	at := pixels.Bounds().Min
	r, g, b, _ := pixels.At(at.X+x, at.Y+y).RGBA()
	return [3]uint8{uint8(b >> 8), uint8(g >> 8), uint8(r >> 8)}
}

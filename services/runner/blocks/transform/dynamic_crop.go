package transform

import (
	"context"
	"image"
	"image/color"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newDynamicCrop makes the block that crops each detection.
func newDynamicCrop(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		images, predictions := call.Batch("images"), call.Batch("predictions")
		opacity, _ := value.Float(call.Arg("mask_opacity"))
		background, err := parseColor(call.Arg("background_color"))
		if err != nil {
			return engine.None(), err
		}
		results := make([]engine.Result, images.Len())
		for i := range results {
			picture, isImage := images.Values[i].(*value.Image)
			detections, isSet := predictions.Values[i].(*value.Detections)
			if !isImage || !isSet {
				return engine.None(), engine.Failf(engine.QueryInput, "images must be pictures and predictions detections")
			}
			c := cutter{call: call, picture: picture, detections: detections, opacity: opacity, background: background}
			if results[i], err = c.all(ctx); err != nil {
				return engine.None(), err
			}
		}
		return engine.Many(results), nil
	}), nil
}

// cutter crops the detections of one picture.
type cutter struct {
	call       *engine.Call
	picture    *value.Image
	detections *value.Detections
	opacity    float64
	background color.RGBA
}

func (c *cutter) all(ctx context.Context) (engine.Result, error) {
	crops := make([]engine.Result, c.detections.Len())
	if len(crops) == 0 {
		return engine.Many(crops), nil
	}
	pixels, err := c.picture.Pixels(ctx)
	if err != nil {
		return engine.None(), err
	}
	for i := range crops {
		crops[i] = c.one(pixels, i)
	}
	return engine.Many(crops), ctx.Err()
}

// one crops one detection, clipped to the picture. A detection outside of the picture has
// null outputs, so that the other results keep their positions.
func (c *cutter) one(pixels image.Image, i int) engine.Result {
	box := c.part(i)
	if box.Empty() {
		return engine.One(engine.Outputs{"crops": nil, "predictions": nil})
	}
	cut := imaging.Crop(pixels, box)
	if c.opacity > 0 && c.detections.Masks != nil {
		cut = c.fade(cut, c.detections.Masks[i], box)
	}
	id, ok := c.detections.At(value.ColumnID, i).(string)
	if !ok {
		id = c.call.NewID()
	}
	crop := c.picture.Crop(cut, id, box.Min.X, box.Min.Y)
	own := c.detections.Select([]int{i}).Move(-float64(box.Min.X), -float64(box.Min.Y), box.Dx(), box.Dy())
	return engine.One(engine.Outputs{"crops": crop, "predictions": own})
}

// part returns a detection's box in whole pixels, clipped to the picture.
func (c *cutter) part(i int) image.Rectangle {
	var at [4]int
	for k, n := range c.detections.XYXY[i] {
		if math.IsNaN(n) {
			return image.Rectangle{}
		}
		at[k] = int(math.RoundToEven(min(max(n, -1), 1<<24)))
	}
	part := image.Rectangle{Min: image.Pt(at[0], at[1]), Max: image.Pt(at[2], at[3])}
	return part.Intersect(image.Rect(0, 0, c.picture.Width(), c.picture.Height()))
}

// fade blends the background colour into the pixels that the mask does not cover.
func (c *cutter) fade(cut image.Image, mask *value.Mask, box image.Rectangle) image.Image {
	canvas := imaging.Copy(cut)
	mix := func(from, to uint8) uint8 {
		return uint8(math.Round(float64(from)*(1-c.opacity) + float64(to)*c.opacity))
	}
	for y := range box.Dy() {
		for x := range box.Dx() {
			if mask.At(x+box.Min.X, y+box.Min.Y) {
				continue
			}
			p := canvas.RGBAAt(x, y)
			p.R, p.G, p.B = mix(p.R, c.background.R), mix(p.G, c.background.G), mix(p.B, c.background.B)
			canvas.SetRGBA(x, y, p)
		}
	}
	return canvas
}

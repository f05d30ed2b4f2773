package visualization

import (
	"context"
	"image"
	"image/color"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// canvas is a copy of a picture to draw detections on. It copies even if copy_image is
// false, because other steps may be reading the picture.
type canvas struct {
	*image.RGBA
	picture    *value.Image
	detections *value.Detections
	palette    imaging.Palette
	axis       string
}

func newCanvas(ctx context.Context, call *engine.Call) (*canvas, error) {
	c := &canvas{axis: text(call, "color_axis", "CLASS")}
	var ok bool
	if c.picture, ok = call.Arg("image").(*value.Image); !ok {
		return nil, engine.Failf(engine.RuntimeInput, "image must be a picture")
	}
	if c.detections, ok = call.Arg("predictions").(*value.Detections); !ok {
		return nil, engine.Failf(engine.RuntimeInput, "predictions must be detections")
	}
	var err error
	if c.palette, err = palette(call); err != nil {
		return nil, err
	}
	if c.axis == "TRACK" && c.detections.Len() > 0 && c.detections.TrackerID == nil {
		return nil, engine.Failf(engine.RuntimeInput, "color_axis is TRACK and the detections have not been through a tracker")
	}
	pixels, err := c.picture.Pixels(ctx)
	if err != nil {
		return nil, err
	}
	c.RGBA = imaging.Copy(pixels)
	return c, nil
}

// color returns the colour of a detection by its class, tracker ID or index.
func (c *canvas) color(row int) color.RGBA {
	switch c.axis {
	case "INDEX":
		return c.palette.At(row)
	case "TRACK":
		return c.palette.At(int(c.detections.TrackerID[row]))
	}
	return c.palette.At(int(c.detections.ClassID[row]))
}

func (c *canvas) result() engine.Result {
	return engine.One(engine.Outputs{"image": c.picture.WithPixels(c.RGBA)})
}

func palette(call *engine.Call) (imaging.Palette, error) {
	name := text(call, "color_palette", "DEFAULT")
	if name != "CUSTOM" {
		p, ok := imaging.NewPalette(name, whole(call, "palette_size", 10))
		if !ok {
			return nil, engine.Failf(engine.RuntimeInput, "color_palette %.60q is not known", name)
		}
		return p, nil
	}
	given, _ := call.Arg("custom_colors").([]any)
	var p imaging.Palette
	for i, v := range given {
		name, _ := v.(string)
		c, err := imaging.ParseColor(name)
		if err != nil {
			return nil, engine.Failf(engine.RuntimeInput, "custom_colors[%d] is %v", i, err)
		}
		p = append(p, c)
	}
	if len(p) == 0 {
		return nil, engine.Failf(engine.RuntimeInput, "color_palette is CUSTOM and custom_colors is empty")
	}
	return p, nil
}

func text(call *engine.Call, field, otherwise string) string {
	if v, ok := call.Arg(field).(string); ok {
		return v
	}
	return otherwise
}

func whole(call *engine.Call, field string, otherwise int) int {
	if v, ok := value.Int(call.Arg(field)); ok {
		return int(min(max(v, -10_000), 10_000))
	}
	return otherwise
}

func number(call *engine.Call, field string, otherwise float64) float64 {
	if v, ok := value.Float(call.Arg(field)); ok {
		return v
	}
	return otherwise
}

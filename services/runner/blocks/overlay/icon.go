package overlay

import (
	"context"
	"image"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxIcon bounds the sides of an icon in pixels.
const maxIcon = 4096

// drawIcons lays a picture on another: at one place, or at each detection. It keeps the
// proportions and the transparency of the icon.
func drawIcons(ctx context.Context, call *engine.Call, s *sheet) error {
	icon, err := iconOf(ctx, call)
	if err != nil {
		return err
	}
	if argument.Text(call, "mode") == "static" {
		return s.static(call, icon)
	}
	if call.Arg("predictions") == nil {
		return nil
	}
	d, err := argument.Detections(call, "predictions")
	if err != nil {
		return err
	}
	for i, box := range d.XYXY {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p, ok := geometry.Anchor(box, argument.Text(call, "position"))
		if argument.Text(call, "position") == "CENTER_OF_MASS" {
			if ok = d.Masks != nil; ok {
				p = geometry.Mass(d.Masks[i], box)
			}
		}
		if !ok {
			return engine.Failf(engine.RuntimeInput, "position %.60q is not known, or needs masks", argument.Text(call, "position"))
		}
		at := geometry.Point{X: math.Trunc(p.X), Y: math.Trunc(p.Y)}.Pixel()
		s.paste(icon, at.Sub(icon.Rect.Size().Div(2)))
	}
	return nil
}

// static lays the icon at one place. Negative numbers count from the right and the bottom.
func (s *sheet) static(call *engine.Call, icon *image.RGBA) error {
	x, err := argument.WholeOr(call, "x_position", 10, -maxLength, maxLength)
	if err != nil {
		return err
	}
	y, err := argument.WholeOr(call, "y_position", 10, -maxLength, maxLength)
	if err != nil {
		return err
	}
	if x < 0 {
		x += s.Rect.Dx() - icon.Rect.Dx()
	}
	if y < 0 {
		y += s.Rect.Dy() - icon.Rect.Dy()
	}
	s.paste(icon, image.Pt(x, y))
	return nil
}

func (s *sheet) paste(icon *image.RGBA, at image.Point) {
	draw.Draw(s.RGBA, icon.Rect.Add(at), icon, image.Point{}, draw.Over)
}

// iconOf returns the icon in the size that the step's fields ask for. Parts that it does not
// cover are transparent.
func iconOf(ctx context.Context, call *engine.Call) (*image.RGBA, error) {
	picture, err := argument.Picture(call, "icon")
	if err != nil {
		return nil, err
	}
	width, err := argument.Whole(call, "icon_width", 1, maxIcon)
	if err != nil {
		return nil, err
	}
	height, err := argument.Whole(call, "icon_height", 1, maxIcon)
	if err != nil {
		return nil, err
	}
	if err := value.Grow(ctx, width, height); err != nil {
		return nil, err
	}
	pixels, err := picture.Pixels(ctx)
	if err != nil {
		return nil, err
	}
	scale := min(float64(width)/float64(picture.Width()), float64(height)/float64(picture.Height()))
	w, h := max(int(float64(picture.Width())*scale), 1), max(int(float64(picture.Height())*scale), 1)
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	left, top := (width-w)/2, (height-h)/2
	xdraw.BiLinear.Scale(out, image.Rect(left, top, left+w, top+h), pixels, pixels.Bounds(), xdraw.Src, nil)
	return out, nil
}

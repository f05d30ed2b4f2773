package visualization

import (
	"context"
	"image"
	"image/color"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// labeller writes a label for each detection.
type labeller struct {
	*canvas
	fonts    *imaging.Fonts
	style    imaging.Style
	text     string
	position string
	color    color.RGBA
	padding  int
	radius   int
}

// newLabel makes the block of both versions. Version 2 adds text_size_mode.
func newLabel(fonts func() (*imaging.Fonts, error)) (engine.Block, error) {
	shared, err := fonts()
	if err != nil {
		return nil, err
	}
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		c, err := newCanvas(ctx, call)
		if err != nil {
			return engine.None(), err
		}
		l := labeller{
			canvas: c, fonts: shared, text: text(call, "text", "Class"), position: text(call, "text_position", "TOP_LEFT"),
			padding: whole(call, "text_padding", 10), radius: whole(call, "border_radius", 0),
			style: imaging.Style{Scale: number(call, "text_scale", 1), Thickness: whole(call, "text_thickness", 1)},
		}
		if l.color, err = imaging.ParseColor(text(call, "text_color", "WHITE")); err != nil {
			return engine.None(), engine.Failf(engine.RuntimeInput, "text_color is %v", err)
		}
		if text(call, "text_size_mode", "Manual") == "Automatic" {
			l.style = automatic(c.Rect.Size())
		}
		if err := l.drawAll(ctx); err != nil {
			return engine.None(), err
		}
		return c.result(), nil
	}), nil
}

// automatic returns a text style that is legible on a picture of this size.
func automatic(size image.Point) imaging.Style {
	side := min(size.X, size.Y)
	thickness := 1
	if side >= 1080 {
		thickness = 2
	}
	return imaging.Style{Scale: math.Max(float64(side)/1000, 0.3), Thickness: thickness}
}

func (l *labeller) drawAll(ctx context.Context) error {
	write, ok := writers[l.text]
	if !ok {
		return engine.Failf(engine.RuntimeInput, "text %.60q is not known", l.text)
	}
	for i := range l.detections.XYXY {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := l.draw(i, clip(write(l.detections, i))); err != nil {
			return err
		}
	}
	return nil
}

func (l *labeller) draw(i int, text string) error {
	w, h := l.fonts.Measure(text, l.style)
	size := image.Pt(w+2*l.padding, h+2*l.padding)
	at, err := l.place(i, size)
	if err != nil {
		return err
	}
	plate := image.Rectangle{Min: at, Max: at.Add(size)}
	imaging.Plate(l.RGBA, plate, l.canvas.color(i), l.radius)
	l.fonts.Draw(l.RGBA, text, at.X+l.padding, plate.Max.Y-l.padding, l.color, l.style)
	return nil
}

// mostLetters bounds a label, because class names are unbounded.
const mostLetters = 200

func clip(text string) string {
	letters := []rune(text)
	if len(letters) > mostLetters {
		return string(letters[:mostLetters]) + "..."
	}
	return text
}

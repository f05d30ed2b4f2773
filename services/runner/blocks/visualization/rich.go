package visualization

import (
	"context"
	"image"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// capitalsAtOne is the font size, in pixels, at a scale of 1.
const capitalsAtOne = 29.0

// newRichLabel makes the block that writes labels of several lines. There is only one font,
// so font_family has no effect.
func newRichLabel(fonts func() (*imaging.Fonts, error)) (engine.Block, error) {
	shared, err := fonts()
	if err != nil {
		return nil, err
	}
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		c, err := newCanvas(ctx, call)
		if err != nil {
			return engine.None(), err
		}
		size := float64(min(max(whole(call, "font_size", 14), 1), 400))
		if text(call, "text_size_mode", "Manual") == "Automatic" {
			size *= automatic(c.Rect.Size()).Scale
		}
		l := labeller{
			canvas: c, fonts: shared, position: text(call, "text_position", "TOP_LEFT"), style: imaging.Style{Scale: size / capitalsAtOne, Thickness: 1},
			padding: min(max(whole(call, "text_padding", 10), 0), 1000), radius: whole(call, "border_radius", 0),
		}
		if l.color, err = imaging.ParseColor(text(call, "text_color", "WHITE")); err != nil {
			return engine.None(), engine.Failf(engine.RuntimeInput, "text_color is %v", err)
		}
		write, ok := writers[text(call, "text", "Class")]
		if !ok {
			return engine.None(), engine.Failf(engine.RuntimeInput, "text %.60q is not known", text(call, "text", "Class"))
		}
		for i := range c.detections.XYXY {
			if ctx.Err() != nil {
				return engine.None(), ctx.Err()
			}
			if err := l.drawLines(i, wrapped(clip(write(c.detections, i)), whole(call, "max_line_length", mostLetters+3))); err != nil {
				return engine.None(), err
			}
		}
		return c.result(), nil
	}), nil
}

// wrapped breaks a text at spaces. It also breaks words that are longer than a line.
func wrapped(label string, most int) []string {
	most = max(most, 1)
	var lines []string
	var line []rune
	flush := func() {
		if len(line) > 0 {
			lines, line = append(lines, string(line)), nil
		}
	}
	for _, word := range strings.Fields(label) {
		rest := []rune(word)
		if len(line) > 0 && len(line)+1+len(rest) > most {
			flush()
		}
		if len(line) > 0 {
			line = append(line, ' ')
		}
		for len(rest) > most {
			line = rest[:most]
			flush()
			rest = rest[most:]
		}
		line = append(line, rest...)
	}
	flush()
	if lines == nil {
		return []string{""}
	}
	return lines
}

// drawLines writes the lines of a label on one plate.
func (l *labeller) drawLines(i int, lines []string) error {
	widest, height := 0, 0
	for _, line := range lines {
		w, h := l.fonts.Measure(line, l.style)
		widest, height = max(widest, w), h
	}
	advance := height + max(l.padding, height/2)
	size := image.Pt(widest+2*l.padding, height+advance*(len(lines)-1)+2*l.padding)
	at, err := l.place(i, size)
	if err != nil {
		return err
	}
	imaging.Plate(l.RGBA, image.Rectangle{Min: at, Max: at.Add(size)}, l.canvas.color(i), l.radius)
	for k, line := range lines {
		l.fonts.Draw(l.RGBA, line, at.X+l.padding, at.Y+l.padding+height+k*advance, l.color, l.style)
	}
	return nil
}

package visualization

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxClasses bounds the labels on one picture.
const maxClasses = 200

// guess is a class with its confidence.
type guess struct {
	class      string
	id         int64
	confidence float64
}

// newClassification makes the block that writes the class of a picture on it. If there may be
// several, they stand one below the other.
func newClassification(fonts func() (*imaging.Fonts, error)) (engine.Block, error) {
	shared, err := fonts()
	if err != nil {
		return nil, err
	}
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		picture, err := argument.Picture(call, "image")
		if err != nil {
			return engine.None(), err
		}
		found, err := guesses(call.Arg("predictions"))
		if err != nil {
			return engine.None(), err
		}
		pixels, err := picture.Pixels(ctx)
		if err != nil {
			return engine.None(), err
		}
		c := &canvas{RGBA: imaging.Copy(pixels), picture: picture, axis: text(call, "color_axis", "CLASS")}
		if c.palette, err = palette(call); err != nil {
			return engine.None(), err
		}
		l := labeller{
			canvas: c, fonts: shared, position: text(call, "text_position", "TOP_LEFT"),
			padding: whole(call, "text_padding", 10), radius: whole(call, "border_radius", 0),
			style: imaging.Style{Scale: number(call, "text_scale", 1), Thickness: whole(call, "text_thickness", 1)},
		}
		if l.color, err = imaging.ParseColor(text(call, "text_color", "WHITE")); err != nil {
			return engine.None(), engine.Failf(engine.RuntimeInput, "text_color is %v", err)
		}
		if err := l.stack(ctx, text(call, "text", "Class"), found); err != nil {
			return engine.None(), err
		}
		return c.result(), nil
	}), nil
}

// guesses reads a classification: the best class of a single-label one, or all classes of a
// multi-label one.
func guesses(v any) ([]guess, error) {
	object, _ := v.(map[string]any)
	var out []guess
	add := func(class any, v any) {
		fields, _ := v.(map[string]any)
		name, _ := class.(string)
		id, _ := value.Int(fields["class_id"])
		confidence, _ := value.Float(fields["confidence"])
		out = append(out, guess{name, id, confidence})
	}
	switch predictions := object["predictions"].(type) {
	case []any:
		for _, p := range predictions {
			fields, _ := p.(map[string]any)
			add(fields["class"], p)
		}
	case map[string]any:
		classes, _ := object["predicted_classes"].([]any)
		for _, class := range classes {
			name, _ := class.(string)
			add(class, predictions[name])
		}
	default:
		return nil, engine.Failf(engine.RuntimeInput, "predictions must be a classification")
	}
	slices.SortStableFunc(out, func(a, b guess) int { return cmp.Compare(b.confidence, a.confidence) })
	most := maxClasses
	if _, single := object["predictions"].([]any); single {
		most = 1
	}
	return out[:min(len(out), most)], nil
}

// stack writes labels one below the other, at the top, in the middle or at the bottom.
func (l *labeller) stack(ctx context.Context, kind string, found []guess) error {
	_, capital := l.fonts.Measure("A", l.style)
	line := float64(capital + 2*l.padding + 5)
	w, h := float64(l.Rect.Dx()), float64(l.Rect.Dy())
	l.detections = &value.Detections{}
	for i, g := range found {
		at := line * float64(i)
		box := value.Box{0, at + line, w, h} // labels at the top sit on their box
		switch l.position {
		case "BOTTOM_LEFT", "BOTTOM_CENTER", "BOTTOM_RIGHT":
			box = value.Box{0, 0, w, h - line*float64(len(found)-i)}
		case "CENTER", "CENTER_LEFT", "CENTER_RIGHT":
			top := max((h-line*float64(len(found)))/2, 0) + at
			box = value.Box{0, top, w, top + line}
		}
		l.detections.XYXY = append(l.detections.XYXY, box)
		l.detections.ClassID, l.detections.TrackerID = append(l.detections.ClassID, g.id), append(l.detections.TrackerID, 0)
	}
	for i, g := range found {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		label := g.class
		switch kind {
		case "Class":
		case "Confidence":
			label = fmt.Sprintf("%.2f", g.confidence)
		case "Class and Confidence":
			label += fmt.Sprintf(" %.2f", g.confidence)
		default:
			return engine.Failf(engine.RuntimeInput, "text %.60q is not known", kind)
		}
		if err := l.draw(i, clip(label)); err != nil {
			return err
		}
	}
	return nil
}

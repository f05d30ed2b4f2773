package engine_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow/conformance"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// special replaces the $... notations of the cases with values.
func (s *suite) special(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			made, err := s.special(item)
			if err != nil {
				return nil, err
			}
			out[i] = made
		}
		return out, nil
	case map[string]any:
		if made, known, err := s.notation(v); known || err != nil {
			return made, err
		}
		out := make(map[string]any, len(v))
		for key, item := range v {
			made, err := s.special(item)
			if err != nil {
				return nil, err
			}
			out[key] = made
		}
		return out, nil
	}
	return v, nil
}

func (s *suite) notation(v map[string]any) (made any, known bool, err error) {
	for key, inner := range v {
		switch key {
		case "$image":
			return picture(inner.(map[string]any)), true, nil
		case "$fixture":
			return s.fixture(inner.(string), v), true, nil
		case "$detections":
			return rows(inner.(map[string]any)), true, nil
		case "$video_metadata":
			made, err := value.Reader{}.Read(context.Background(), inner, []string{"video_metadata"}, "")
			return made, true, err
		case "$timestamp":
			at, err := time.Parse(time.RFC3339, inner.(string))
			return at, true, err
		case "$result_of":
			made, err := s.resultOf(inner.(map[string]any))
			return made, true, err
		case "$unresolved", "$service", "$array", "$array_fill", "$timedelta", "$number":
			return nil, true, conformance.Skip(fmt.Sprintf("uses %s", key))
		}
	}
	return nil, false, nil
}

func number(v any) int {
	f, _ := value.Float(v)
	return int(f)
}

func bgr(v any) color.RGBA {
	var parts [3]uint8
	switch v := v.(type) {
	case []any:
		for i := range min(len(v), 3) {
			parts[i] = uint8(number(v[i]))
		}
	default:
		parts = [3]uint8{uint8(number(v)), uint8(number(v)), uint8(number(v))}
	}
	return color.RGBA{R: parts[2], G: parts[1], B: parts[0], A: 255}
}

func picture(spec map[string]any) *value.Image {
	bounds := image.Rect(0, 0, number(spec["width"]), number(spec["height"]))
	var canvas draw.Image = image.NewRGBA(bounds)
	if number(spec["channels"]) == 1 {
		canvas = image.NewGray(bounds)
	}
	draw.Draw(canvas, bounds, image.NewUniform(bgr(spec["fill"])), image.Point{}, draw.Src)
	painted, _ := spec["rects"].([]any)
	for _, item := range painted {
		r := item.(map[string]any)
		part := image.Rect(number(r["x0"]), number(r["y0"]), number(r["x1"]), number(r["y1"]))
		draw.Draw(canvas, part, image.NewUniform(bgr(r["fill"])), image.Point{}, draw.Src)
	}
	return value.NewImage(canvas, "image")
}

// fixture is a picture of the right size. The cases that run here check only sizes and
// structure.
func (s *suite) fixture(name string, spec map[string]any) *value.Image {
	size := s.fixtures[name]
	part := image.Rect(0, 0, size.Width, size.Height)
	for key, edge := range map[string]*int{"x0": &part.Min.X, "y0": &part.Min.Y, "x1": &part.Max.X, "y1": &part.Max.Y} {
		if spec[key] != nil {
			*edge = number(spec[key])
		}
	}
	canvas := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	for y := range part.Dy() {
		for x := range part.Dx() {
			canvas.SetRGBA(x, y, color.RGBA{R: uint8(x), G: uint8(y), B: uint8(len(name)), A: 255})
		}
	}
	return value.NewImage(canvas, name)
}

func rows(columns map[string]any) *value.Detections {
	d := &value.Detections{Data: map[string][]any{}}
	boxes, _ := columns["xyxy"].([]any)
	for i, item := range boxes {
		var box value.Box
		for k, n := range item.([]any) {
			box[k], _ = value.Float(n)
		}
		d.XYXY = append(d.XYXY, box)
		confidence := 1.0
		if list, ok := columns["confidence"].([]any); ok {
			confidence, _ = value.Float(list[i])
		}
		d.Confidence = append(d.Confidence, confidence)
		class := 0
		if list, ok := columns["class_id"].([]any); ok {
			class = number(list[i])
		}
		d.ClassID = append(d.ClassID, int64(class))
		d.Data[value.ColumnID] = append(d.Data[value.ColumnID], fmt.Sprintf("detection-%d", i))
	}
	data, _ := columns["data"].(map[string]any)
	for name, cells := range data {
		d.Data[name], _ = cells.([]any)
	}
	return d
}

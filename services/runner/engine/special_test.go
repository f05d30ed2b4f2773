package engine_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"maps"
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
		return framed(out), nil
	}
	return v, nil
}

// framed is the picture of an object of Python's own, which has no form on the wire.
func framed(object map[string]any) any {
	picture, ok := object["value"].(*value.Image)
	if !ok || object["type"] != "numpy_object" {
		return object
	}
	if metadata, ok := object["video_metadata"].(*value.VideoMetadata); ok {
		picture = picture.WithVideo(metadata)
	}
	return picture
}

func (s *suite) notation(v map[string]any) (made any, known bool, err error) {
	for key, inner := range v {
		switch key {
		case "$image":
			return picture(inner.(map[string]any)), true, nil
		case "$fixture":
			if v["crop"] != nil {
				return nil, true, conformance.Skip("needs the pixels of a fixture, of which only the size is known")
			}
			return s.fixture(inner.(string)), true, nil
		case "$detections":
			made, err := rows(inner.(map[string]any))
			return made, true, err
		case "$video_metadata":
			made, err := s.metadata(inner.(map[string]any))
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

// metadata places a frame in a video. A case whose timestamp is not known does not check
// it, so any does.
func (s *suite) metadata(spec map[string]any) (any, error) {
	spec = maps.Clone(spec)
	if unknown, ok := spec["frame_timestamp"].(map[string]any); ok && unknown["$unresolved"] == "timestamp" {
		spec["frame_timestamp"] = time.Unix(0, 0).UTC()
	}
	made, err := s.special(spec)
	if err != nil {
		return nil, err
	}
	return value.Reader{}.Read(context.Background(), made, []string{"video_metadata"}, "")
}

// fixture is a picture of the right size. The cases that run here check only sizes and
// structure.
func (s *suite) fixture(name string) *value.Image {
	size := s.fixtures[name]
	canvas := image.NewRGBA(image.Rect(0, 0, size.Width, size.Height))
	for y := range size.Height {
		for x := range size.Width {
			canvas.SetRGBA(x, y, color.RGBA{R: uint8(x), G: uint8(y), B: uint8(len(name)), A: 255})
		}
	}
	return value.NewImage(canvas, name)
}

package models

import (
	"context"
	"image"
	"math"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// textClass is the class of a box whose text was not read.
const textClass = "text"

// textBox is one line of text on a picture.
type textBox struct {
	quad  imaging.Quad
	text  string
	score float64
}

// read finds the lines of text on every picture, from top to bottom. The text becomes the
// class of its box.
func (j *job) read(ctx context.Context, images []*value.Image) ([]*value.Detections, error) {
	dict, err := j.pkg.dictionary()
	if err != nil {
		return nil, err
	}
	found := make([]*value.Detections, len(images))
	err = each(ctx, len(images), func(ctx context.Context, i int) error {
		pixels, err := images[i].Pixels(ctx)
		if err != nil {
			return err
		}
		boxes, err := j.readPicture(ctx, pixels, dict)
		found[i] = textDetections(boxes, pixels.Bounds().Size())
		return err
	})
	return found, err
}

func (j *job) readPicture(ctx context.Context, pixels image.Image, dict *dictionary) ([]textBox, error) {
	size := pixels.Bounds().Size()
	boxes := []textBox{{quad: imaging.Quad{{}, {X: float64(size.X)}, {X: float64(size.X), Y: float64(size.Y)}, {Y: float64(size.Y)}}}}
	if !j.without(OptionTextDetection) {
		var err error
		if boxes, err = j.findText(ctx, pixels); err != nil {
			return nil, err
		}
	}
	if j.without(OptionTextRecognition) {
		for i := range boxes {
			boxes[i].text = textClass
		}
		return boxes, nil
	}
	return j.recognise(ctx, pixels, boxes, dict)
}

func textDetections(boxes []textBox, size image.Point) *value.Detections {
	d := &value.Detections{Data: map[string][]any{value.ColumnClass: make([]any, 0, len(boxes))}}
	for _, b := range boxes {
		d.XYXY = append(d.XYXY, around(b.quad, size))
		d.Confidence = append(d.Confidence, b.score)
		d.ClassID = append(d.ClassID, 0)
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], b.text)
	}
	return d
}

// around returns the upright bounding box of a rotated one, clipped to the picture.
func around(q imaging.Quad, size image.Point) value.Box {
	b := value.Box{q[0].X, q[0].Y, q[0].X, q[0].Y}
	for _, p := range q[1:] {
		b[0], b[1] = min(b[0], p.X), min(b[1], p.Y)
		b[2], b[3] = max(b[2], p.X), max(b[3], p.Y)
	}
	w, h := float64(size.X), float64(size.Y)
	return value.Box{
		math.RoundToEven(min(max(b[0], 0), w)), math.RoundToEven(min(max(b[1], 0), h)),
		math.RoundToEven(min(max(b[2], 0), w)), math.RoundToEven(min(max(b[3], 0), h)),
	}
}

// Text returns all text of a picture, one line for each box.
func Text(d *value.Detections) string {
	lines := make([]string, d.Len())
	for i := range lines {
		lines[i] = d.Class(i)
	}
	return strings.Join(lines, "\n")
}

package models

import (
	"context"
	"image"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models/textbox"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// textClass is the class of a box whose text was not read.
const textClass = "text"

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

func (j *job) readPicture(ctx context.Context, pixels image.Image, dict *dictionary) ([]textbox.Box, error) {
	size := pixels.Bounds().Size()
	boxes := []textbox.Box{{Quad: imaging.Quad{{}, {X: float64(size.X)}, {X: float64(size.X), Y: float64(size.Y)}, {Y: float64(size.Y)}}}}
	if !j.without(OptionTextDetection) {
		var err error
		if boxes, err = j.findText(ctx, pixels); err != nil {
			return nil, err
		}
	}
	if j.without(OptionTextRecognition) {
		for i := range boxes {
			boxes[i].Text = textClass
		}
		return boxes, nil
	}
	return j.recognise(ctx, pixels, boxes, dict)
}

func textDetections(boxes []textbox.Box, size image.Point) *value.Detections {
	d := &value.Detections{Data: map[string][]any{value.ColumnClass: make([]any, 0, len(boxes))}}
	for _, b := range boxes {
		d.XYXY = append(d.XYXY, b.Upright(size))
		d.Confidence = append(d.Confidence, b.Score)
		d.ClassID = append(d.ClassID, 0)
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], b.Text)
	}
	return d
}

// Text returns all text of a picture, one line for each box.
func Text(d *value.Detections) string {
	lines := make([]string, d.Len())
	for i := range lines {
		lines[i] = d.Class(i)
	}
	return strings.Join(lines, "\n")
}

package models

import (
	"context"
	"image"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models/textbox"
)

// Settings of PP-OCR's recogniser.
const (
	lineHeight = 48
	lineGrain  = 32   // widths are multiples of this, so that few input shapes occur
	lineLeast  = 64   // the narrowest input
	lineMost   = 3200 // the widest input; a longer line is squeezed
	lineTall   = 1.5  // a box this much taller than wide is read from top to bottom
	lineBatch  = 4    // small, so that lines of one picture are read concurrently
)

// textLine is a box that waits for the recogniser.
type textLine struct {
	box   int
	quad  imaging.Quad
	width int // of its picture after scaling to the recogniser's height
}

// recognise reads the boxes in batches of lines of similar width, and drops boxes without
// text.
func (j *job) recognise(ctx context.Context, pixels image.Image, boxes []textbox.Box, dict *dictionary) ([]textbox.Box, error) {
	lines := make([]textLine, len(boxes))
	for i, b := range boxes {
		lines[i] = lineOf(i, b)
	}
	slices.SortStableFunc(lines, func(a, b textLine) int { return a.width - b.width })
	batches := slices.Collect(slices.Chunk(lines, lineBatch))
	err := each(ctx, len(batches), func(ctx context.Context, i int) error {
		return j.recogniseBatch(ctx, pixels, batches[i], boxes, dict)
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(boxes, func(b textbox.Box) bool { return b.Text == "" }), nil
}

func lineOf(i int, b textbox.Box) textLine {
	w, h, quad := b.Width(), b.Height(), b.Quad
	if h >= w*lineTall { // rotated left by a quarter turn
		w, h = h, w
		quad = imaging.Quad{quad[1], quad[2], quad[3], quad[0]}
	}
	width := math.Ceil(lineHeight * w / math.Max(h, 1))
	return textLine{box: i, quad: quad, width: int(math.Min(math.Max(width, 1), lineMost))}
}

// recogniseBatch sets text and score of the boxes of some lines.
func (j *job) recogniseBatch(ctx context.Context, pixels image.Image, lines []textLine, boxes []textbox.Box, dict *dictionary) error {
	widest := lines[len(lines)-1].width
	width := max(lineLeast, (widest+lineGrain-1)/lineGrain*lineGrain)
	// Pixels range from -1 to 1. The rest of a line that is shorter than the batch's width
	// is 0.
	tensor := imaging.Tensor{
		Width: width, Height: lineHeight, BGR: true, Padding: 127.5,
		Scale: [3]float32{2. / 255, 2. / 255, 2. / 255}, Shift: [3]float32{-1, -1, -1},
	}
	shape := []int64{int64(len(lines)), 3, lineHeight, int64(width)}
	input := modelworker.FillFloat32(shape, func(data []float32) error {
		for i, l := range lines {
			if err := tensor.Warp(data[i*tensor.Len():(i+1)*tensor.Len()], pixels, l.quad, l.width); err != nil {
				return err
			}
		}
		return nil
	})
	return j.pool.Infer(ctx, j.pkg.model(j.tenant, modelpackage.RecogniseFile, j.client), []modelworker.Input{input}, func(outputs []modelworker.Output) error {
		out := outputs[0]
		if data := out.Float32(); data == nil || len(out.Shape) != 3 || out.Shape[0] != int64(len(lines)) || out.Shape[2] != int64(dict.size()) {
			return badPackage("rec.onnx does not fit dict.txt: its output is %v and there are %d characters", out.Shape, dict.size())
		}
		steps := int(out.Shape[1])
		for i, l := range lines {
			part := out.Float32()[i*steps*dict.size() : (i+1)*steps*dict.size()]
			boxes[l.box].Text, boxes[l.box].Score = dict.decode(part)
		}
		return nil
	})
}

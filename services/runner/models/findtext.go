package models

import (
	"context"
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models/textbox"
)

// Settings of PP-OCR's detector.
const (
	textSide  = 960 // the longest side of its input
	textGrain = 32  // sides are multiples of this
)

// findText runs the detector and finds boxes in its map.
func (j *job) findText(ctx context.Context, pixels image.Image) ([]textbox.Box, error) {
	size := pixels.Bounds().Size()
	tensor := textTensor(size)
	fit := imaging.NewFit(imaging.Stretch, size.X, size.Y, tensor.Width, tensor.Height)
	shape := []int64{1, 3, int64(tensor.Height), int64(tensor.Width)}
	input := modelworker.FillFloat32(shape, func(data []float32) error { return tensor.Fill(data, pixels, fit) })
	var boxes []textbox.Box
	err := j.pool.Infer(ctx, j.pkg.model(j.tenant, modelpackage.DetectFile, j.client), []modelworker.Input{input}, func(outputs []modelworker.Output) error {
		out := outputs[0].Float32()
		if len(out) != tensor.Width*tensor.Height {
			return badPackage("det.onnx is not a text detector: its output is %v", outputs[0].Shape)
		}
		boxes = textbox.Map{Scores: out, Width: tensor.Width, Height: tensor.Height}.Boxes()
		return nil
	})
	for i := range boxes {
		boxes[i].Quad = scaleQuad(boxes[i].Quad, 1/fit.ScaleX, 1/fit.ScaleY)
	}
	return textbox.InReadingOrder(boxes), err
}

// textTensor puts the blue plane first but applies ImageNet's means in RGB order, because
// the model was trained this way.
func textTensor(size image.Point) imaging.Tensor {
	scale := math.Min(1, textSide/float64(max(size.X, size.Y)))
	t := imaging.Tensor{Width: toGrain(float64(size.X) * scale), Height: toGrain(float64(size.Y) * scale), BGR: true}
	mean, deviation := [3]float32{0.485, 0.456, 0.406}, [3]float32{0.229, 0.224, 0.225}
	for i := range 3 {
		t.Scale[i] = 1 / (255 * deviation[i])
		t.Shift[i] = -mean[i] / deviation[i]
	}
	return t
}

func toGrain(v float64) int { return max(textGrain, int(math.Round(v/textGrain))*textGrain) }

func scaleQuad(q imaging.Quad, x, y float64) imaging.Quad {
	for i := range q {
		q[i].X *= x
		q[i].Y *= y
	}
	return q
}

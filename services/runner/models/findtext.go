package models

import (
	"context"
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// Settings of PP-OCR's detector.
const (
	textSide   = 960 // the longest side of its input
	textGrain  = 32  // sides are multiples of this
	textPixel  = 0.3 // pixels above this are text
	textBoxMin = 0.6 // the least mean score of a text box
	textUnclip = 1.5 // how far boxes are expanded, because the model draws them too tight
	textSmall  = 3   // the shortest side of a box, in pixels of the map
	textBoxes  = 1000
)

// findText runs the detector and finds boxes in its map.
func (j *job) findText(ctx context.Context, pixels image.Image) ([]textBox, error) {
	size := pixels.Bounds().Size()
	tensor := textTensor(size)
	fit := imaging.NewFit(imaging.Stretch, size.X, size.Y, tensor.Width, tensor.Height)
	shape := []int64{1, 3, int64(tensor.Height), int64(tensor.Width)}
	input := modelworker.FillFloat32(shape, func(data []float32) error { return tensor.Fill(data, pixels, fit) })
	var boxes []textBox
	err := j.pool.Infer(ctx, j.pkg.model(j.tenant, modelpackage.DetectFile, j.client), []modelworker.Input{input}, func(outputs []modelworker.Output) error {
		out := outputs[0].Float32()
		if len(out) != tensor.Width*tensor.Height {
			return badPackage("det.onnx is not a text detector: its output is %v", outputs[0].Shape)
		}
		boxes = textMap{out, tensor.Width, tensor.Height}.boxes()
		return nil
	})
	for i := range boxes {
		boxes[i].quad = scaleQuad(boxes[i].quad, 1/fit.ScaleX, 1/fit.ScaleY)
	}
	return inReadingOrder(boxes), err
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

// textMap holds the probability that each pixel belongs to text.
type textMap struct {
	p             []float32
	width, height int
}

// boxes finds the connected regions of text and the smallest rotated rectangle around each.
func (m textMap) boxes() []textBox {
	var boxes []textBox
	regions := m.regions()
	for _, points := range regions[:min(len(regions), textBoxes)] {
		rect := smallestRect(points)
		if rect.short() < textSmall {
			continue
		}
		score := m.mean(rect)
		if !(score >= textBoxMin) {
			continue
		}
		rect = rect.grow(rect.w * rect.h * textUnclip / (2 * (rect.w + rect.h)))
		if rect.short() < textSmall+2 {
			continue
		}
		boxes = append(boxes, textBox{quad: rect.corners(), score: score})
	}
	return boxes
}

// mean returns the mean score of the pixels inside of a rotated rectangle.
func (m textMap) mean(r turned) float64 {
	q := r.corners()
	b := around(q, image.Pt(m.width-1, m.height-1))
	sum, n := 0.0, 0
	for y := int(b[1]); y <= int(b[3]); y++ {
		for x := int(b[0]); x <= int(b[2]); x++ {
			if r.holds(float64(x), float64(y)) {
				sum += float64(m.p[y*m.width+x])
				n++
			}
		}
	}
	return sum / float64(max(n, 1))
}

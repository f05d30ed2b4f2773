package models

import (
	"image"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// preparation is how a picture becomes the input of a model.
type preparation struct {
	tensor imaging.Tensor
	mode   imaging.Mode
}

// Modes of classifiers, which need no way back to the picture. square takes the largest
// square in the middle; middle cuts or pads without scaling.
const (
	square imaging.Mode = "square"
	middle imaging.Mode = modelpackage.CenterCrop
)

// prepared returns the preparation that the package asks for, or else the usual one of the
// model's layout.
func prepared(m *modelpackage.Model, c *modelpackage.Config) preparation {
	if c != nil && (c.Input.Scaling != nil || c.Input.Normalize != nil || c.Input.ResizeMode != "" || c.Input.ColorMode != "") {
		return configured(m, c)
	}
	t := imaging.Tensor{Width: m.Input.Width, Height: m.Input.Height, Padding: 114}
	switch {
	case m.Layout == modelpackage.YOLOX:
		t.BGR, t.Scale = true, [3]float32{1, 1, 1}
		return preparation{t, imaging.CornerLetterbox}
	case m.Input.Bytes:
		t.Scale = [3]float32{1, 1, 1}
		return preparation{t, imaging.Stretch}
	}
	t.Scale = [3]float32{1. / 255, 1. / 255, 1. / 255}
	switch m.Task {
	case modelpackage.Classification, modelpackage.MultiLabel:
		if m.Ultralytics {
			return preparation{t, square}
		}
		return preparation{imageNet(t), imaging.Stretch}
	case modelpackage.DepthEstimation:
		if m.Ultralytics {
			return preparation{t, imaging.Letterbox}
		}
		return preparation{imageNet(t), imaging.Stretch}
	case modelpackage.SemanticSegmentation:
		return preparation{imageNet(t), imaging.Stretch}
	}
	switch m.Layout {
	case modelpackage.DETR, modelpackage.RFDETR, modelpackage.SSD:
		return preparation{imageNet(t), imaging.Stretch}
	case modelpackage.RTDETR, modelpackage.SSDRows, modelpackage.SSDPixels:
		return preparation{t, imaging.Stretch}
	}
	return preparation{t, imaging.Letterbox}
}

// imageNet normalises with the means and deviations of ImageNet.
func imageNet(t imaging.Tensor) imaging.Tensor {
	mean, deviation := [3]float32{0.485, 0.456, 0.406}, [3]float32{0.229, 0.224, 0.225}
	for i := range 3 {
		t.Scale[i] = 1 / (255 * deviation[i])
		t.Shift[i] = -mean[i] / deviation[i]
	}
	return t
}

// configured returns the preparation that inference_config.json asks for.
func configured(m *modelpackage.Model, c *modelpackage.Config) preparation {
	in := c.Input
	t := imaging.Tensor{Width: m.Input.Width, Height: m.Input.Height, BGR: in.ColorMode == "bgr", Padding: in.PaddingValue}
	scaling := float32(1)
	if in.Scaling != nil {
		scaling = 1 / *in.Scaling
	}
	for i := range 3 {
		t.Scale[i] = scaling
		if in.Normalize != nil {
			t.Scale[i] = scaling / in.Normalize[1][i]
			t.Shift[i] = -in.Normalize[0][i] / in.Normalize[1][i]
		}
	}
	mode := imaging.Mode(in.ResizeMode)
	if mode == "" {
		mode = imaging.Stretch
	}
	return preparation{t, mode}
}

// fit places a picture in the input.
func (p preparation) fit(pixels image.Image) (image.Image, imaging.Fit) {
	size := pixels.Bounds().Size()
	width, height := p.tensor.Width, p.tensor.Height
	switch p.mode {
	case square:
		side := min(size.X, size.Y)
		pixels = imaging.Crop(pixels, centred(size, side, side))
		return pixels, imaging.NewFit(imaging.Stretch, side, side, width, height)
	case middle:
		w, h := min(size.X, width), min(size.Y, height)
		pixels = imaging.Crop(pixels, centred(size, w, h))
		return pixels, imaging.Fit{
			SourceWidth: w, SourceHeight: h, Width: w, Height: h, Left: (width - w) / 2, Top: (height - h) / 2, ScaleX: 1, ScaleY: 1,
		}
	}
	return pixels, imaging.NewFit(p.mode, size.X, size.Y, width, height)
}

// centred is a part of w by h in the middle of a picture.
func centred(size image.Point, w, h int) image.Rectangle {
	x, y := (size.X-w)/2, (size.Y-h)/2
	return image.Rect(x, y, x+w, y+h)
}

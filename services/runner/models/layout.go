package models

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// layout is the form of a detector's output.
type layout string

const (
	unknownLayout layout = ""
	// yolov8 is [batch, 4+classes, anchors]: box centre and size in input pixels, scores.
	// YOLOv8, 9, 11 and 12.
	yolov8 layout = "yolov8"
	// yolox is [batch, cells, 5+classes]: offsets in cells of three grids, objectness,
	// scores.
	yolox layout = "yolox"
	// yolov5 is [batch, anchors, 5+classes]: box centre and size in input pixels,
	// objectness, scores. YOLOv5 and 7.
	yolov5 layout = "yolov5"
	// finished is [batch, boxes, 6]: corners, score, class, after suppression. YOLOv10,
	// YOLO26, and exports with suppression in the graph.
	finished layout = "finished"
)

// strides of the grids of YOLOX.
var strides = [...]int{8, 16, 32}

// cells returns the number of YOLOX's cells for an input size.
func cells(width, height int) int64 {
	var n int64
	for _, s := range strides {
		n += int64(width/s) * int64(height/s)
	}
	return n
}

// layoutOf derives the layout from the declared shape of the first output. It checks for
// YOLOX first, because with one class its rows are as long as those of finished boxes.
func layoutOf(shape []int64, width, height int) layout {
	if len(shape) != 3 {
		return unknownLayout
	}
	rows, columns := shape[1], shape[2]
	switch {
	case columns >= 6 && rows == cells(width, height):
		return yolox
	case columns == 6:
		return finished
	case rows >= 5 && (columns < 0 || columns > rows):
		return yolov8
	case columns >= 6 && (rows < 0 || rows > columns):
		return yolov5
	}
	return unknownLayout
}

// input returns the pre-processing of a layout for a package without settings.
func (l layout) input(width, height int) (imaging.Tensor, imaging.Mode) {
	t := imaging.Tensor{Width: width, Height: height, Padding: 114}
	if l == yolox {
		t.BGR = true
		t.Scale = [3]float32{1, 1, 1}
		return t, imaging.CornerLetterbox
	}
	t.Scale = [3]float32{1. / 255, 1. / 255, 1. / 255}
	return t, imaging.Letterbox
}

func roundHalfEven(v float64) float64 { return math.RoundToEven(v) }

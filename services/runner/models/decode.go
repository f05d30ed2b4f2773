package models

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/modelworker"
)

// candidate is a box in pixels of the model's input.
type candidate struct {
	x0, y0, x1, y1 float32
	score          float32
	class          int
}

// maxAnchors bounds the anchors of a detector; one of 4096 by 4096 pixels has 344 064.
const maxAnchors = 500_000

// decode returns the boxes of picture i of n, and the number of classes. Every index comes
// from the shape, which was checked against the length of the data. The numbers themselves
// may be anything.
func (p *plan) decode(outputs []modelworker.Output, i, n int, limits thresholds) ([]candidate, int, error) {
	out := outputs[0]
	data := out.Float32()
	if data == nil || len(out.Shape) != 3 || out.Shape[0] != int64(n) || out.Shape[1] < 1 || out.Shape[2] < 1 {
		return nil, 0, badPackage("the model's output %v is not that of an object detector", out.Shape)
	}
	rows, columns := int(out.Shape[1]), int(out.Shape[2])
	if min(rows, columns) > 5+maxClasses || max(rows, columns) > maxAnchors {
		return nil, 0, badPackage("the model's output %v is beyond what an object detector has", out.Shape)
	}
	data = data[i*rows*columns : (i+1)*rows*columns]
	threshold := float32(limits.confidence)
	var found []candidate
	var classes int
	switch {
	case p.layout == yolov8 && rows >= 5:
		found, classes = decodeColumns(data, rows, columns, threshold), rows-4
	case p.layout == finished && columns == 6:
		found = decodeFinished(data, columns, threshold)
		return best(found, limits.detections), 1 + highest(found), nil
	case p.layout == yolox && columns >= 6 && int64(rows) == cells(p.tensor.Width, p.tensor.Height):
		found, classes = decodeGrid(data, columns, p.tensor.Width, p.tensor.Height, threshold), columns-5
	case p.layout == yolov5 && columns >= 6:
		found, classes = decodeRows(data, columns, threshold), columns-5
	default:
		return nil, 0, badPackage("the model's output %v is not what it declared", out.Shape)
	}
	found = best(found, limits.candidates)
	return best(suppress(found, limits.iou, limits.classAgnostic), limits.detections), classes, nil
}

// decodeColumns decodes YOLOv8's layout. Memory holds one attribute of all anchors after
// another, so the best class of every anchor is found in passes along the rows.
func decodeColumns(data []float32, rows, anchors int, threshold float32) []candidate {
	scores := make([]float32, anchors)
	classes := make([]int32, anchors)
	copy(scores, data[4*anchors:5*anchors])
	for c := 1; c < rows-4; c++ {
		row := data[(4+c)*anchors : (5+c)*anchors]
		for i, v := range row {
			if v > scores[i] {
				scores[i], classes[i] = v, int32(c)
			}
		}
	}
	var found []candidate
	for i, score := range scores {
		if score > threshold && score <= 1e6 {
			found = append(found, centred(data[i], data[anchors+i], data[2*anchors+i], data[3*anchors+i], score, int(classes[i])))
		}
	}
	return found
}

// decodeRows decodes YOLOv5's layout.
func decodeRows(data []float32, columns int, threshold float32) []candidate {
	var found []candidate
	for ; len(data) >= columns; data = data[columns:] {
		row := data[:columns]
		if class, score := bestClass(row, threshold); score > threshold {
			found = append(found, centred(row[0], row[1], row[2], row[3], score, class))
		}
	}
	return found
}

// decodeGrid decodes YOLOX's layout, where a box is relative to its grid cell.
func decodeGrid(data []float32, columns, width, height int, threshold float32) []candidate {
	var found []candidate
	for _, stride := range strides {
		for y := range height / stride {
			for x := range width / stride {
				row := data[:columns]
				data = data[columns:]
				class, score := bestClass(row, threshold)
				if score > threshold {
					s := float32(stride)
					found = append(found, centred((row[0]+float32(x))*s, (row[1]+float32(y))*s, exp(row[2])*s, exp(row[3])*s, score, class))
				}
			}
		}
	}
	return found
}

// bestClass returns the class with the highest score times objectness. It returns early if
// the objectness is below the threshold, as it is for most cells.
func bestClass(row []float32, threshold float32) (class int, score float32) {
	object := row[4]
	if !(object > threshold) || object > 1e6 {
		return 0, 0
	}
	for c, v := range row[5:] {
		if v *= object; v > score && v <= 1e6 {
			class, score = c, v
		}
	}
	return class, score
}

func decodeFinished(data []float32, columns int, threshold float32) []candidate {
	var found []candidate
	for ; len(data) >= columns; data = data[columns:] {
		score, class := data[4], data[5]
		if score > threshold && score <= 1e6 && class >= 0 && class < maxClasses {
			found = append(found, candidate{data[0], data[1], data[2], data[3], score, int(class)})
		}
	}
	return found
}

func highest(found []candidate) int {
	class := -1
	for _, c := range found {
		class = max(class, c.class)
	}
	return class
}

func centred(x, y, w, h, score float32, class int) candidate {
	return candidate{x - w/2, y - h/2, x + w/2, y + h/2, score, class}
}

func exp(v float32) float32 { return float32(math.Exp(math.Min(float64(v), 20))) }

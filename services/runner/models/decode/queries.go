package decode

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
)

// queries decodes boxes in one output and their scores in another.
func (d *decoder) queries() (*Found, error) {
	q, err := d.pairs()
	if err != nil {
		return nil, err
	}
	found := &Found{}
	switch d.model.Layout {
	case modelpackage.YOLONAS:
		found.Boxes, found.Classes = q.corners(d.threshold), q.classes
	case modelpackage.DETR:
		found.Boxes, found.Classes = q.exclusive(d.threshold), max(q.classes-1, 1)
	default:
		if q.count()*q.classes > maxPairs {
			return nil, undeclared(d.model, d.out(d.model.Scores))
		}
		found.Boxes = best(q.independent(d.threshold), q.count())
	}
	return found, nil
}

// pairs reads the boxes and their scores.
func (d *decoder) pairs() (*queryBoxes, error) {
	out := d.out(d.model.Boxes)
	boxes, shape, ok := part(out, 3, d.i, d.n)
	if !ok || shape[1] != 4 || shape[0] > maxAnchors {
		return nil, undeclared(d.model, out)
	}
	queries := shape[0]
	out = d.out(d.model.Scores)
	scores, shape, ok := part(out, 3, d.i, d.n)
	if !ok || shape[0] != queries || shape[1] > modelpackage.MaxClasses {
		return nil, undeclared(d.model, out)
	}
	return &queryBoxes{boxes: boxes, scores: scores, classes: shape[1], width: float32(d.model.Input.Width), height: float32(d.model.Input.Height)}, nil
}

type queryBoxes struct {
	boxes, scores []float32
	classes       int
	width, height float32
}

func (q queryBoxes) count() int { return len(q.boxes) / 4 }

func (q queryBoxes) row(i int) []float32 { return q.scores[i*q.classes : (i+1)*q.classes] }

// box returns a box whose centre and size are fractions of the picture.
func (q queryBoxes) box(i, class int, score float32) Box {
	b := q.boxes[4*i : 4*i+4]
	return centred(b[0]*q.width, b[1]*q.height, b[2]*q.width, b[3]*q.height, score, class, i)
}

// corners decodes YOLO-NAS's layout.
func (q queryBoxes) corners(threshold float32) []Box {
	var found []Box
	for i := range q.count() {
		if class, score := bestClass(q.row(i)); score > threshold {
			b := q.boxes[4*i : 4*i+4]
			found = append(found, Box{b[0], b[1], b[2], b[3], score, class, i})
		}
	}
	return found
}

// exclusive decodes DETR's layout: softmax over the classes and the absence of an object.
func (q queryBoxes) exclusive(threshold float32) []Box {
	var found []Box
	for i := range q.count() {
		p := Softmax(q.row(i))
		if class, score := bestClass(p[:len(p)-1]); score > threshold {
			found = append(found, q.box(i, class, score))
		}
	}
	return found
}

// independent decodes RF-DETR's layout: a query can have more than one class.
func (q queryBoxes) independent(threshold float32) []Box {
	var found []Box
	least := logit(min(max(float64(threshold), 0), 1))
	for i := range q.count() {
		for c, v := range q.row(i) {
			if v > least && !math.IsInf(float64(v), 0) {
				found = append(found, q.box(i, c, sigmoid(v)))
			}
		}
	}
	return found
}

// built decodes boxes, scores and classes that the graph has already computed.
func (d *decoder) built() (*Found, error) {
	out := d.out(d.model.Boxes)
	boxes, shape, ok := part(out, 3, d.i, d.n)
	if !ok || shape[1] != 4 || shape[0] > maxAnchors {
		return nil, undeclared(d.model, out)
	}
	count := shape[0]
	scores, shape, ok := part(d.out(d.model.Scores), 2, d.i, d.n)
	if !ok || shape[0] != count {
		return nil, undeclared(d.model, d.out(d.model.Scores))
	}
	classes, shape, ok := numbers(d.out(d.model.Classes), 2, d.i, d.n)
	if !ok || shape[0] != count {
		return nil, undeclared(d.model, d.out(d.model.Classes))
	}
	found := &Found{}
	for i, class := range classes {
		score, class := scores[i], classOf(class, modelpackage.MaxClasses)
		if score > d.threshold && score <= maxScore && class >= 0 {
			found.Boxes = append(found.Boxes, d.corners(boxes[4*i:4*i+4], score, class, i))
		}
	}
	return found, nil
}

// corners is a box of an SSD.
func (d *decoder) corners(b []float32, score float32, class, row int) Box {
	width, height := float32(d.model.Input.Width), float32(d.model.Input.Height)
	switch d.model.Layout {
	case modelpackage.SSD:
		return Box{b[0] * width, b[1] * height, b[2] * width, b[3] * height, score, class, row}
	case modelpackage.SSDRows:
		return Box{b[1] * width, b[0] * height, b[3] * width, b[2] * height, score, class, row}
	}
	return Box{b[0], b[1], b[2], b[3], score, class, row}
}

// flat decodes YOLOv7 with suppression: the boxes of all pictures are in one list.
func (d *decoder) flat() (*Found, error) {
	out := d.out(d.model.Boxes)
	data := out.Float32()
	if len(out.Shape) != 2 || out.Shape[1] != 7 || out.Shape[0] > maxAnchors {
		return nil, undeclared(d.model, out)
	}
	found := &Found{}
	for i := range len(data) / 7 {
		row := data[7*i : 7*i+7]
		score, class := row[6], classOf(row[5], modelpackage.MaxClasses)
		if row[0] == float32(d.i) && score > d.threshold && score <= maxScore && class >= 0 {
			found.Boxes = append(found.Boxes, Box{row[1], row[2], row[3], row[4], score, class, i})
		}
	}
	return found, nil
}

package modelpackage

import "strings"

// detector recognises a model for object detection.
func (r *recogniser) detector() error {
	switch three := r.ofRank(3); {
	case len(r.outputs) >= 3:
		return r.built()
	case len(r.outputs) == 1 && len(three) == 1:
		r.model.Boxes = 0
		return r.rows(0)
	case len(r.outputs) == 1 && len(r.outputs[0].Shape) == 2 && r.outputs[0].Shape[1] == 7:
		r.model.Boxes = 0
		return r.choose(YOLOv7NMS)
	case len(three) == 2:
		return r.queries(three)
	case len(three) > 0: // some exports of YOLO return their grids too
		r.model.Boxes = three[0]
		return r.rows(0)
	}
	return r.unknown()
}

// rows recognises boxes that are all in one output. extra is the number of values of a box
// after its classes: mask coefficients or key points.
func (r *recogniser) rows(extra int64) error {
	shape := r.outputs[r.model.Boxes].Shape
	if r.stated() != "" {
		return r.statedRows(extra)
	}
	rows, columns := shape[1], shape[2]
	cells := Cells(r.model.Input.Width, r.model.Input.Height)
	few := func(n int64) bool { return n > 0 && n <= maxQueries }
	switch {
	case extra == 0 && columns >= 6 && rows == cells:
		return r.choose(YOLOX)
	case columns == 6+extra && rows != 3*cells: // those are YOLOv5 of one class
		return r.choose(Finished)
	case rows >= 5+extra && (columns < 0 || columns > rows):
		if extra == 0 && few(columns) && few(rows) && columns != cells {
			return r.choose(YOLOv8, RTDETR)
		}
		return r.choose(YOLOv8)
	case columns < 6+extra && !(columns == 5 && few(rows) && extra == 0), rows == columns:
		return r.unknown()
	case extra > 0 || rows == 3*cells:
		return r.choose(YOLOv5)
	case few(rows):
		return r.choose(RTDETR)
	case rows < 0:
		return r.choose(YOLOv5, YOLOX, RTDETR)
	}
	return r.choose(YOLOv5)
}

// maxQueries is the largest usual number of queries of a transformer.
const maxQueries = 1000

// statedRows checks only what decoding needs: the owner knows better.
func (r *recogniser) statedRows(extra int64) error {
	shape := r.outputs[r.model.Boxes].Shape
	rows, columns := shape[1], shape[2]
	atLeast := func(n, least int64) bool { return n < 0 || n >= least }
	var possible []Layout
	if atLeast(rows, 5+extra) {
		possible = append(possible, YOLOv8)
	}
	if atLeast(columns, 6+extra) {
		possible = append(possible, YOLOv5)
	}
	if columns < 0 || columns == 6+extra {
		possible = append(possible, Finished)
	}
	if cells := Cells(r.model.Input.Width, r.model.Input.Height); extra == 0 && atLeast(columns, 6) && (rows < 0 || rows == cells) {
		possible = append(possible, YOLOX)
	}
	if extra == 0 && atLeast(columns, 5) {
		possible = append(possible, RTDETR)
	}
	return r.choose(possible...)
}

// queries recognises boxes and scores in two outputs.
func (r *recogniser) queries(at []int) error {
	if !r.pair(at) {
		return r.unknown()
	}
	boxes, scores := r.model.Boxes, r.model.Scores
	switch n := r.outputs[boxes].Shape[1]; {
	case r.stated() != "":
		return r.choose(DETR, RFDETR, YOLONAS)
	case n > maxQueries:
		return r.choose(YOLONAS)
	case r.outputs[boxes].Name == "dets" && r.outputs[scores].Name == "labels":
		return r.choose(RFDETR)
	}
	return r.choose(DETR, RFDETR)
}

// pair finds out which of two outputs has the boxes.
func (r *recogniser) pair(at []int) bool {
	boxes, scores := at[0], at[1]
	if last(r.outputs[boxes].Shape) != 4 || strings.Contains(r.outputs[scores].Name, "box") {
		boxes, scores = scores, boxes
	}
	r.model.Boxes, r.model.Scores = boxes, scores
	return last(r.outputs[boxes].Shape) == 4
}

func last(shape []int64) int64 { return shape[len(shape)-1] }

// built recognises a model whose graph has the post-processing: boxes, scores and classes.
// Exporters give these outputs names.
func (r *recogniser) built() error {
	m := r.model
	m.Boxes = r.named("detection_boxes", "det_boxes", "bboxes", "boxes")
	m.Scores = r.named("detection_scores", "det_scores", "scores")
	m.Classes = r.named("detection_classes", "det_classes", "labels", "classes")
	if m.Boxes < 0 || m.Scores < 0 || m.Classes < 0 {
		return problem("the model has %d outputs, and it is not clear which are which; name them boxes, scores and labels", len(r.outputs))
	}
	if last(r.outputs[m.Boxes].Shape) > 0 && last(r.outputs[m.Boxes].Shape) != 4 {
		return r.unknown()
	}
	switch name := r.outputs[m.Boxes].Name; {
	case r.stated() != "":
		return r.choose(SSD, SSDRows, SSDPixels)
	case strings.HasPrefix(name, "detection_boxes"):
		return r.choose(SSDRows)
	case strings.HasPrefix(name, "bboxes"):
		return r.choose(SSD)
	case strings.HasPrefix(name, "det_boxes"), m.Input.Sizes, len(r.outputs[m.Boxes].Shape) == 2:
		return r.choose(SSDPixels)
	}
	return r.choose(SSD, SSDRows, SSDPixels)
}

// named is the first output with one of these names, of which the first are preferred; -1
// for none. TensorFlow adds the output's number: "detection_boxes:0".
func (r *recogniser) named(names ...string) int {
	for _, name := range names {
		for i, o := range r.outputs {
			if base, _, _ := strings.Cut(o.Name, ":"); base == name && len(o.Shape) > 0 {
				return i
			}
		}
	}
	return -1
}

// instances recognises a model for instance segmentation.
func (r *recogniser) instances() error {
	three, four := r.ofRank(3), r.ofRank(4)
	if len(four) != 1 || len(three) == 0 {
		return r.unknown()
	}
	r.model.Masks = four[0]
	if len(three) == 2 {
		if err := r.queries(three); err != nil {
			return err
		}
		if r.model.Layout == YOLONAS {
			return r.unknown()
		}
		return nil
	}
	n := r.outputs[four[0]].Shape[1]
	if n < 1 || n > maxCoefficients {
		return r.unknown()
	}
	r.model.Boxes, r.model.Coefficients = three[0], int(n)
	return r.rows(n)
}

// maxCoefficients bounds the mask coefficients of a box.
const maxCoefficients = 256

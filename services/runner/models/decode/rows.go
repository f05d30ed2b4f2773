package decode

import "github.com/keyhole-dev/keyhole/services/modelpackage"

// rows decodes boxes that are all in one output.
func (d *decoder) rows() (*Found, error) {
	out := d.out(d.model.Boxes)
	data, shape, ok := part(out, 3, d.i, d.n)
	if !ok {
		return nil, undeclared(d.model, out)
	}
	rows, columns := shape[0], shape[1]
	extra := d.model.Coefficients + d.model.Points*d.model.PointSize
	if min(rows, columns) > 5+modelpackage.MaxClasses+extra || max(rows, columns) > maxAnchors {
		return nil, undeclared(d.model, out)
	}
	f := &Found{values: func(b Box) []float32 {
		end := (b.row + 1) * columns
		return data[end-extra : end]
	}}
	in := d.model.Input
	switch d.model.Layout {
	case modelpackage.YOLOv8:
		if f.Classes = rows - 4 - extra; f.Classes < 1 {
			return nil, undeclared(d.model, out)
		}
		f.Boxes = decodeColumns(data, f.Classes, columns, d.threshold)
		f.values = func(b Box) []float32 { return column(data[(rows-extra)*columns:], columns, b.row, extra) }
		return f, nil
	case modelpackage.Finished:
		if columns != 6+extra {
			return nil, undeclared(d.model, out)
		}
		f.Boxes = decodeFinished(data, columns, d.threshold)
		return f, nil
	case modelpackage.YOLOX:
		if f.Classes = columns - 5; int64(rows) != modelpackage.Cells(in.Width, in.Height) || f.Classes < 1 {
			return nil, undeclared(d.model, out)
		}
		f.Boxes = decodeGrid(data, columns, in.Width, in.Height, d.threshold)
		return f, nil
	case modelpackage.YOLOv5:
		if f.Classes = columns - 5 - extra; f.Classes < 1 {
			return nil, undeclared(d.model, out)
		}
		f.Boxes = decodeRows(data, columns, f.Classes, d.threshold)
		return f, nil
	case modelpackage.RTDETR:
		if f.Classes = columns - 4; f.Classes < 1 {
			return nil, undeclared(d.model, out)
		}
		f.Boxes = decodeScored(data, columns, float32(in.Width), float32(in.Height), d.threshold)
		return f, nil
	}
	return nil, undeclared(d.model, out)
}

// column returns n values of one anchor. The data holds one attribute of all anchors after
// another.
func column(data []float32, anchors, anchor, n int) []float32 {
	values := make([]float32, n)
	for k := range values {
		values[k] = data[k*anchors+anchor]
	}
	return values
}

// decodeColumns decodes YOLOv8's layout. Memory holds one attribute of all anchors after
// another, so the best class of every anchor is found in passes along the rows.
func decodeColumns(data []float32, classes, anchors int, threshold float32) []Box {
	scores := make([]float32, anchors)
	bests := make([]int32, anchors)
	copy(scores, data[4*anchors:5*anchors])
	for c := 1; c < classes; c++ {
		row := data[(4+c)*anchors : (5+c)*anchors]
		for i, v := range row {
			if v > scores[i] {
				scores[i], bests[i] = v, int32(c)
			}
		}
	}
	var found []Box
	for i, score := range scores {
		if score > threshold && score <= maxScore {
			found = append(found, centred(data[i], data[anchors+i], data[2*anchors+i], data[3*anchors+i], score, int(bests[i]), i))
		}
	}
	return found
}

// decodeRows decodes YOLOv5's layout.
func decodeRows(data []float32, columns, classes int, threshold float32) []Box {
	var found []Box
	for i := range len(data) / columns {
		row := data[i*columns : (i+1)*columns]
		if class, score := objectClass(row[:5+classes], threshold); score > threshold {
			found = append(found, centred(row[0], row[1], row[2], row[3], score, class, i))
		}
	}
	return found
}

// decodeGrid decodes YOLOX's layout, where a box is relative to its grid cell.
func decodeGrid(data []float32, columns, width, height int, threshold float32) []Box {
	var found []Box
	at := 0
	for _, stride := range modelpackage.Strides {
		for y := range height / stride {
			for x := range width / stride {
				row := data[at*columns : (at+1)*columns]
				if class, score := objectClass(row, threshold); score > threshold {
					s := float32(stride)
					found = append(found, centred((row[0]+float32(x))*s, (row[1]+float32(y))*s, exp(row[2])*s, exp(row[3])*s, score, class, at))
				}
				at++
			}
		}
	}
	return found
}

// objectClass returns the class with the highest score times objectness. It returns early if
// the objectness is below the threshold, as it is for most cells.
func objectClass(row []float32, threshold float32) (class int, score float32) {
	object := row[4]
	if !(object > threshold) || object > maxScore {
		return 0, 0
	}
	for c, v := range row[5:] {
		if v *= object; v > score && v <= maxScore {
			class, score = c, v
		}
	}
	return class, score
}

// decodeScored decodes RT-DETR's layout.
func decodeScored(data []float32, columns int, width, height, threshold float32) []Box {
	var found []Box
	for i := range len(data) / columns {
		row := data[i*columns : (i+1)*columns]
		if class, score := bestClass(row[4:]); score > threshold {
			found = append(found, centred(row[0]*width, row[1]*height, row[2]*width, row[3]*height, score, class, i))
		}
	}
	return found
}

// bestClass returns the class with the highest score.
func bestClass(scores []float32) (class int, score float32) {
	for c, v := range scores {
		if v > score && v <= maxScore {
			class, score = c, v
		}
	}
	return class, score
}

func decodeFinished(data []float32, columns int, threshold float32) []Box {
	var found []Box
	for i := range len(data) / columns {
		row := data[i*columns : (i+1)*columns]
		score, class := row[4], classOf(row[5], modelpackage.MaxClasses)
		if score > threshold && score <= maxScore && class >= 0 {
			found = append(found, Box{row[0], row[1], row[2], row[3], score, class, i})
		}
	}
	return found
}

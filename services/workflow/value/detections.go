package value

import "slices"

// Names of the columns that the language reads. Other names are allowed too.
const (
	ColumnClass           = "class_name"
	ColumnID              = "detection_id"
	ColumnParentID        = "parent_id"
	ColumnPredictionType  = "prediction_type"
	ColumnInferenceID     = "inference_id"
	ColumnImageDimensions = "image_dimensions" // [height, width]

	ColumnParentCoordinates = "parent_coordinates" // [x, y]
	ColumnParentDimensions  = "parent_dimensions"  // [height, width]
	ColumnRootID            = "root_parent_id"
	ColumnRootCoordinates   = "root_parent_coordinates"
	ColumnRootDimensions    = "root_parent_dimensions"
	ColumnScaleParent       = "scaling_relative_to_parent"
	ColumnScaleRoot         = "scaling_relative_to_root_parent"

	ColumnPolygon             = "polygon"
	ColumnKeypointsXY         = "keypoints_xy"
	ColumnKeypointsClassID    = "keypoints_class_id"
	ColumnKeypointsClass      = "keypoints_class_name"
	ColumnKeypointsConfidence = "keypoints_confidence"
)

// Box is x_min, y_min, x_max, y_max in pixels.
type Box [4]float64

// Width returns the width of the box.
func (b Box) Width() float64 { return b[2] - b[0] }

// Height returns the height of the box.
func (b Box) Height() float64 { return b[3] - b[1] }

// Center returns the centre of the box.
func (b Box) Center() (x, y float64) { return (b[0] + b[2]) / 2, (b[1] + b[3]) / 2 }

// Shift returns the box moved by an offset.
func (b Box) Shift(x, y float64) Box { return Box{b[0] + x, b[1] + y, b[2] + x, b[3] + y} }

// Around returns the smallest box that holds both.
func (b Box) Around(o Box) Box {
	return Box{min(b[0], o[0]), min(b[1], o[1]), max(b[2], o[2]), max(b[3], o[3])}
}

// IoU returns the intersection over union of two boxes. It is 0 if they only touch.
func (b Box) IoU(o Box) float64 {
	w, h := min(b[2], o[2])-max(b[0], o[0]), min(b[3], o[3])-max(b[1], o[1])
	if !(w > 0 && h > 0) {
		return 0
	}
	return w * h / (b.Width()*b.Height() + o.Width()*o.Height() - w*h)
}

// Detections are the rows found on one picture, stored as columns. Every present column has
// one entry for each box. Masks and TrackerID may be nil.
type Detections struct {
	XYXY       []Box
	Confidence []float64
	ClassID    []int64
	Masks      []*Mask
	TrackerID  []int64
	// Data holds the named columns. Lists of numbers in it are []any.
	Data map[string][]any
	// Picture is the picture that the rows are placed on. Columns hold it for each row;
	// this field holds it if there are no rows.
	Picture Frame
}

// Frame is the size of a picture and of its root picture, in pixels. It is zero if unknown.
type Frame struct{ Width, Height, RootWidth, RootHeight int }

// Len returns the number of rows.
func (d *Detections) Len() int { return len(d.XYXY) }

// At returns a cell of a named column, or nil if there is no such column.
func (d *Detections) At(column string, row int) any {
	cells := d.Data[column]
	if row >= len(cells) {
		return nil
	}
	return cells[row]
}

// Class returns the class name of a row, or "" if there are no names.
func (d *Detections) Class(row int) string {
	name, _ := d.At(ColumnClass, row).(string)
	return name
}

// Select returns a copy of the rows in the given order.
func (d *Detections) Select(rows []int) *Detections {
	next := &Detections{
		XYXY:       pick(d.XYXY, rows),
		Confidence: pick(d.Confidence, rows),
		ClassID:    pick(d.ClassID, rows),
		Masks:      pick(d.Masks, rows),
		TrackerID:  pick(d.TrackerID, rows),
		Data:       make(map[string][]any, len(d.Data)),
		Picture:    d.Picture,
	}
	for name, cells := range d.Data {
		next.Data[name] = pick(cells, rows)
	}
	return next
}

func pick[T any](from []T, rows []int) []T {
	if from == nil {
		return nil
	}
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = from[row]
	}
	return out
}

// With returns a copy in which a column is added or replaced.
func (d *Detections) With(column string, cells []any) *Detections {
	next := d.Copy()
	next.Data[column] = cells
	return next
}

// WithAll returns a copy in which every row has the same value in a column.
func (d *Detections) WithAll(column string, cell any) *Detections {
	return d.With(column, Repeat(cell, d.Len()))
}

// Copy shares the cells. Columns of the copy may be replaced but not written to.
func (d *Detections) Copy() *Detections {
	next := *d
	next.Data = make(map[string][]any, len(d.Data)+2)
	for name, cells := range d.Data {
		next.Data[name] = cells
	}
	return &next
}

// Repeat returns a column of one value.
func Repeat(cell any, n int) []any { return slices.Repeat([]any{cell}, n) }

// Merge concatenates rows. A column that only some parts have is filled with nil. Masks and
// tracker IDs are kept only if every part has them.
func Merge(parts []*Detections) *Detections {
	out := &Detections{Data: map[string][]any{}}
	if len(parts) > 0 {
		out.Picture = parts[0].Picture
	}
	masks, trackers := true, true
	for _, part := range parts {
		if part.Len() == 0 {
			continue
		}
		masks = masks && part.Masks != nil
		trackers = trackers && part.TrackerID != nil
		for name := range part.Data {
			out.Data[name] = nil
		}
	}
	for _, part := range parts {
		if part.Len() > 0 {
			out.append(part, masks, trackers)
		}
	}
	return out
}

func (d *Detections) append(part *Detections, masks, trackers bool) {
	d.XYXY = append(d.XYXY, part.XYXY...)
	d.Confidence = append(d.Confidence, part.Confidence...)
	d.ClassID = append(d.ClassID, part.ClassID...)
	if masks {
		d.Masks = append(d.Masks, part.Masks...)
	}
	if trackers {
		d.TrackerID = append(d.TrackerID, part.TrackerID...)
	}
	for name := range d.Data {
		cells := part.Data[name]
		if cells == nil {
			cells = make([]any, part.Len())
		}
		d.Data[name] = append(d.Data[name], cells...)
	}
}

package value

import (
	"image"
	"maps"
)

// detections reads the form of [Detections.Object].
func (r Reader) detections(v any, id string) (any, error) {
	if d, ok := v.(*Detections); ok {
		return d, nil
	}
	object, _ := v.(map[string]any)
	size, isSize := object["image"].(map[string]any)
	rows, isRows := object["predictions"].([]any)
	if !isSize || !isRows {
		return nil, invalid(`must be detections: an object with "image" (width, height) and "predictions", a list`)
	}
	b := &rowReader{
		reader: r, id: id, out: &Detections{Data: map[string][]any{}},
		width: dimension(size["width"]), height: dimension(size["height"]),
	}
	b.out.Picture.Width, b.out.Picture.Height = b.width, b.height
	for i, item := range rows {
		row, ok := item.(map[string]any)
		if !ok {
			return nil, invalid("prediction %d is not an object", i)
		}
		if err := b.add(i, row); err != nil {
			return nil, err
		}
	}
	return b.finish(), nil
}

func dimension(v any) int {
	n, _ := Float(Shallow(v))
	return int(min(max(n, 0), 1<<24))
}

type rowReader struct {
	reader        Reader
	id            string
	width, height int
	out           *Detections
	masked        bool
	work          int
}

func (b *rowReader) add(i int, row map[string]any) error {
	numbers := map[string]float64{}
	for _, name := range []string{"x", "y", "width", "height", "confidence"} {
		n, ok := Float(Shallow(row[name]))
		if !ok {
			return invalid("prediction %d needs %s (a number)", i, name)
		}
		numbers[name] = n
	}
	classID, ok := Float(Shallow(row["class_id"]))
	class, named := row["class"].(string)
	if !ok || !named {
		return invalid("prediction %d needs class (a string) and class_id (a number)", i)
	}
	box := Box{}.Shift(numbers["x"], numbers["y"])
	w, h := numbers["width"]/2, numbers["height"]/2
	box = Box{box[0] - w, box[1] - h, box[2] + w, box[3] + h}
	mask, keep, err := b.mask(i, row)
	if err != nil || !keep {
		return err
	}
	d := b.out
	n := d.Len()
	d.XYXY = append(d.XYXY, box)
	d.Confidence = append(d.Confidence, numbers["confidence"])
	d.ClassID = append(d.ClassID, int64(classID))
	d.Masks = append(d.Masks, mask)
	b.masked = b.masked || mask != nil
	b.set(n, ColumnClass, class)
	b.columns(n, row)
	return nil
}

// mask draws the outline of an instance. An outline of fewer than three points drops the
// instance.
func (b *rowReader) mask(i int, row map[string]any) (mask *Mask, keep bool, err error) {
	if packed, ok := row["rle_mask"].(map[string]any); ok {
		counts, _ := packed["counts"].(string)
		if b.width*b.height > maxMaskWork {
			return nil, false, invalid("prediction %d has a mask on a picture that is too large", i)
		}
		mask, err := ParseRLE(b.width, b.height, counts)
		if err != nil {
			return nil, false, invalid("prediction %d: %s", i, err)
		}
		return mask, true, b.charge(len(mask.Pix))
	}
	points, ok := row["points"].([]any)
	if !ok {
		return nil, true, nil
	}
	outline := make([]image.Point, 0, len(points))
	for _, point := range points {
		object, _ := point.(map[string]any)
		x, one := Float(Shallow(object["x"]))
		y, two := Float(Shallow(object["y"]))
		if !one || !two {
			return nil, false, invalid("prediction %d has a point without x and y", i)
		}
		outline = append(outline, image.Pt(dimension(x), dimension(y)))
	}
	if len(outline) < 3 {
		return nil, false, nil
	}
	area := b.width * b.height
	if err := b.charge(min(area, boundsArea(outline)) + min(b.height, area)*len(outline)); err != nil {
		return nil, false, err
	}
	return FillPolygon(b.width, b.height, outline), true, nil
}

// charge bounds the memory for masks, because a small document could ask for gigabytes.
func (b *rowReader) charge(work int) error {
	if b.work += work; b.work > maxMaskWork {
		return invalid("the masks are too large together")
	}
	return nil
}

// maxMaskWork bounds the pixels of all masks of one value.
const maxMaskWork = 1 << 27

func boundsArea(points []image.Point) int {
	var bounds image.Rectangle
	for _, p := range points {
		bounds = bounds.Union(image.Rectangle{Min: p, Max: p.Add(image.Pt(1, 1))})
	}
	return bounds.Dx() * bounds.Dy()
}

// set sets a cell of a column that earlier rows may not have.
func (b *rowReader) set(n int, column string, cell any) {
	cells := b.out.Data[column]
	for len(cells) < n {
		cells = append(cells, nil)
	}
	b.out.Data[column] = append(cells, cell)
}

func (b *rowReader) columns(n int, row map[string]any) {
	id, ok := row["detection_id"].(string)
	if !ok {
		id = b.reader.newID()
	}
	b.set(n, ColumnID, id)
	b.set(n, ColumnImageDimensions, []any{int64(b.height), int64(b.width)})
	b.lineage(n, row)
	for column, key := range plainColumns {
		if cell, ok := row[key]; ok && column != "width" && column != "height" {
			b.set(n, column, cell)
		}
	}
	if tracker, ok := Float(Shallow(row["tracker_id"])); ok {
		for len(b.out.TrackerID) < n {
			b.out.TrackerID = append(b.out.TrackerID, 0)
		}
		b.out.TrackerID = append(b.out.TrackerID, int64(tracker))
	}
	if polygon, ok := row["polygon"]; ok {
		b.set(n, ColumnPolygon, polygon)
	}
	b.keypoints(n, row)
}

func (b *rowReader) lineage(n int, row map[string]any) {
	parent := Origin{ID: b.id, Width: b.width, Height: b.height}
	if id, ok := row["parent_id"].(string); ok {
		parent.ID = id
	}
	_ = readOrigin(row["parent_origin"], &parent)
	root := parent
	if id, ok := row["root_parent_id"].(string); ok {
		root.ID = id
		_ = readOrigin(row["root_parent_origin"], &root)
	}
	b.set(n, ColumnParentID, parent.ID)
	b.set(n, ColumnParentCoordinates, []any{int64(parent.X), int64(parent.Y)})
	b.set(n, ColumnParentDimensions, []any{int64(parent.Height), int64(parent.Width)})
	b.set(n, ColumnRootID, root.ID)
	b.set(n, ColumnRootCoordinates, []any{int64(root.X), int64(root.Y)})
	b.set(n, ColumnRootDimensions, []any{int64(root.Height), int64(root.Width)})
	b.set(n, ColumnScaleParent, 1.0)
	b.set(n, ColumnScaleRoot, 1.0)
}

func (b *rowReader) keypoints(n int, row map[string]any) {
	points, ok := row["keypoints"].([]any)
	if !ok {
		return
	}
	columns := map[string][]any{}
	for _, point := range points {
		object, _ := point.(map[string]any)
		columns[ColumnKeypointsXY] = append(columns[ColumnKeypointsXY], []any{object["x"], object["y"]})
		columns[ColumnKeypointsClassID] = append(columns[ColumnKeypointsClassID], object["class_id"])
		columns[ColumnKeypointsClass] = append(columns[ColumnKeypointsClass], object["class"])
		columns[ColumnKeypointsConfidence] = append(columns[ColumnKeypointsConfidence], object["confidence"])
	}
	for column, cells := range columns {
		b.set(n, column, cells)
	}
}

// finish pads columns that the last rows do not have.
func (b *rowReader) finish() *Detections {
	d := b.out
	for column := range maps.Clone(d.Data) {
		for len(d.Data[column]) < d.Len() {
			d.Data[column] = append(d.Data[column], nil)
		}
	}
	for d.TrackerID != nil && len(d.TrackerID) < d.Len() {
		d.TrackerID = append(d.TrackerID, 0)
	}
	if !b.masked {
		d.Masks = nil
	}
	for i, mask := range d.Masks {
		if mask == nil {
			d.Masks[i] = NewMask(b.width, b.height, image.Rectangle{})
		}
	}
	return d
}

// classification reads an object and adds missing fields.
func (r Reader) classification(v any, id string) (any, error) {
	object, _ := v.(map[string]any)
	_, single := object["top"]
	_, confident := object["confidence"]
	_, multi := object["predicted_classes"]
	if object["image"] == nil || object["predictions"] == nil || !multi && (!single || !confident) {
		return nil, invalid(`must be a classification: an object with "image", "predictions" and either "top" and "confidence" or "predicted_classes"`)
	}
	out := maps.Clone(object)
	for key, fallback := range map[string]any{
		"prediction_type": "classification", "parent_id": id, "root_parent_id": id, "inference_id": r.newID(),
	} {
		if out[key] == nil {
			out[key] = fallback
		}
	}
	return out, nil
}

package value

import (
	"math"
	"time"
)

// Object returns the detections in the form of results.
func (d *Detections) Object() map[string]any {
	rows := make([]any, 0, d.Len())
	for i := range d.Len() {
		if row, ok := d.row(i); ok {
			rows = append(rows, row)
		}
	}
	return map[string]any{"image": d.imageSize(), "predictions": rows}
}

// imageSize returns null if neither rows nor frame have it.
func (d *Detections) imageSize() map[string]any {
	if d.Len() > 0 {
		if pair, ok := d.At(ColumnImageDimensions, 0).([]any); ok && len(pair) == 2 {
			return map[string]any{"height": pair[0], "width": pair[1]}
		}
	} else if d.Picture.Width > 0 && d.Picture.Height > 0 {
		return map[string]any{"height": int64(d.Picture.Height), "width": int64(d.Picture.Width)}
	}
	return map[string]any{"width": nil, "height": nil}
}

// plainColumns maps columns that go into a row to their names there.
var plainColumns = map[string]string{
	"path_deviation": "path_deviation", "time_in_zone": "time_in_zone", "data": "data",
	"velocity": "velocity", "speed": "speed",
	"smoothed_velocity": "smoothed_velocity", "smoothed_speed": "smoothed_speed",
	"area_px": "area_px", "area_converted": "area_converted",
	"nearest_target_distance": "nearest_target_distance",
	// The bounding rectangle of a mask overwrites the size of the box.
	"rect": "rect", "width": "width", "height": "height", "angle": "angle",
}

// row returns one prediction. ok is false for an instance with an empty mask.
func (d *Detections) row(i int) (row map[string]any, ok bool) {
	box := d.XYXY[i]
	x, y := box.Center()
	row = make(map[string]any, 14)
	row["x"], row["y"] = Finite(x), Finite(y)
	row["width"], row["height"] = Finite(box.Width()), Finite(box.Height())
	row["confidence"] = Finite(d.Confidence[i])
	row["class_id"] = d.ClassID[i]
	row["class"] = d.At(ColumnClass, i)
	row["detection_id"] = d.At(ColumnID, i)
	if i < len(d.TrackerID) {
		row["tracker_id"] = d.TrackerID[i]
	}
	for column, key := range plainColumns {
		if cell := d.At(column, i); cell != nil {
			row[key] = jsonSafe(cell)
		}
	}
	d.rowLineage(row, i)
	d.rowKeypoints(row, i)
	return row, d.rowPoints(row, i)
}

// rowLineage adds the picture of the row, and its position if it was cropped.
func (d *Detections) rowLineage(row map[string]any, i int) {
	parent, root := d.At(ColumnParentID, i), d.At(ColumnRootID, i)
	if parent == nil {
		return
	}
	row["parent_id"] = parent
	if root == nil || root == parent {
		return
	}
	row["parent_origin"] = d.origin(ColumnParentCoordinates, ColumnParentDimensions, i)
	row["root_parent_id"] = root
	row["root_parent_origin"] = d.origin(ColumnRootCoordinates, ColumnRootDimensions, i)
}

func (d *Detections) origin(coordinates, dimensions string, i int) any {
	at, one := d.At(coordinates, i).([]any)
	size, two := d.At(dimensions, i).([]any)
	if !one || !two || len(at) != 2 || len(size) != 2 {
		return nil
	}
	return map[string]any{"offset_x": at[0], "offset_y": at[1], "height": size[0], "width": size[1]}
}

// rowKeypoints omits padding, which makes rows equally long: points without a class name.
func (d *Detections) rowKeypoints(row map[string]any, i int) {
	points, ok := d.At(ColumnKeypointsXY, i).([]any)
	if !ok {
		return
	}
	ids, _ := d.At(ColumnKeypointsClassID, i).([]any)
	names, _ := d.At(ColumnKeypointsClass, i).([]any)
	confidences, _ := d.At(ColumnKeypointsConfidence, i).([]any)
	out := []any{}
	for k, point := range points {
		xy, _ := point.([]any)
		if len(xy) != 2 || k >= len(names) || names[k] == "" || names[k] == nil {
			continue
		}
		out = append(out, map[string]any{
			"class_id": cellAt(ids, k), "class": names[k], "confidence": cellAt(confidences, k),
			"x": xy[0], "y": xy[1],
		})
	}
	row["keypoints"] = out
}

func cellAt(cells []any, k int) any {
	if k >= len(cells) {
		return nil
	}
	return cells[k]
}

// rowPoints adds the outline. A polygon column takes precedence over the mask.
func (d *Detections) rowPoints(row map[string]any, i int) bool {
	polygon, _ := d.At(ColumnPolygon, i).([]any)
	if polygon != nil {
		row["polygon"] = wholePoints(polygon)
	}
	if d.Masks == nil {
		return true
	}
	if len(polygon) > 2 {
		row["points"] = pointObjects(polygon)
		return true
	}
	outline := d.Masks[i].Outline()
	if len(outline) < 3 {
		return false
	}
	points := make([]any, len(outline))
	for k, p := range outline {
		points[k] = map[string]any{"x": float64(p.X), "y": float64(p.Y)}
	}
	row["points"] = points
	return true
}

func wholePoints(polygon []any) []any {
	out := make([]any, 0, len(polygon))
	for _, point := range polygon {
		x, y, ok := pointOf(point)
		if ok {
			out = append(out, []any{int64(math.Trunc(x)), int64(math.Trunc(y))})
		}
	}
	return out
}

func pointObjects(polygon []any) []any {
	out := make([]any, 0, len(polygon))
	for _, point := range polygon {
		if x, y, ok := pointOf(point); ok {
			out = append(out, map[string]any{"x": Finite(x), "y": Finite(y)})
		}
	}
	return out
}

func pointOf(v any) (x, y float64, ok bool) {
	pair, _ := v.([]any)
	if len(pair) != 2 {
		return 0, 0, false
	}
	x, one := Float(Shallow(pair[0]))
	y, two := Float(Shallow(pair[1]))
	return x, y, one && two
}

// jsonSafe replaces NaN and infinities in a cell.
func jsonSafe(cell any) any {
	switch v := Shallow(cell).(type) {
	case float64:
		return Finite(v)
	case time.Time:
		return ISO(v)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = jsonSafe(item)
		}
		return out
	default:
		return v
	}
}

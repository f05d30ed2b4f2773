package query

import (
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// properties are the properties of detections that a query can extract.
var properties = []string{
	"confidence", "class_name", "class_id", "x_min", "y_min", "x_max", "y_max", "size", "center",
	"top_left", "top_right", "bottom_left", "bottom_right", "in_out", "path_deviation", "polygon",
	"time_in_zone", "tracker_id", "velocity", "speed", "smoothed_velocity", "smoothed_speed",
	"image_dimensions", "prediction_type", "keypoints_xy", "rect", "width", "height", "angle",
	"area_px", "area_converted",
}

func detectionsOperation(f *fields) operation {
	switch f.kind {
	case "DetectionsPropertyExtract":
		return extractAll(f.kind, f.oneOf("property_name", properties...))
	case "ExtractDetectionProperty":
		return extractOne(f.kind, f.oneOf("property_name", properties...))
	case "DetectionsFilter":
		return filter(f)
	case "DetectionsToDictionary":
		return onDetections(f.kind, func(_ *run, d *value.Detections) (any, error) { return dictionary(f.kind, d) })
	case "PickDetectionsByParentClass":
		parent := f.text("parent_class")
		return onDetections(f.kind, func(_ *run, d *value.Detections) (any, error) { return pickByParent(d, parent), nil })
	case "DetectionsRename":
		return rename(f)
	}
	return nil
}

// extractAll lists a property of every row. A missing column gives an empty list.
func extractAll(kind, property string) operation {
	return onDetections(kind, func(_ *run, d *value.Detections) (any, error) {
		if cells, ok := d.Data[property]; ok {
			return append([]any{}, cells...), nil
		}
		if property != "tracker_id" && !builtIn(property) {
			return []any{}, nil
		}
		out := make([]any, d.Len())
		for i := range out {
			out[i] = cell(d, i, property, true)
		}
		return out, nil
	})
}

// extractOne reads a property of a single detection. A missing column gives null, and so
// does tracker_id unless a column has that name.
func extractOne(kind, property string) operation {
	return func(_ *run, in any) (any, error) {
		one, ok := in.(row)
		if set, isSet := in.(*value.Detections); isSet && set.Len() == 1 {
			one, ok = row{set, 0}, true
		}
		if !ok {
			return nil, wrongType(kind, "one detection", in)
		}
		if builtIn(property) {
			return cell(one.of, one.at, property, false), nil
		}
		if property == value.ColumnClass && one.of.Data[property] == nil {
			return nil, unnamed(kind)
		}
		return value.Normal(one.of.At(property, one.at)), nil
	}
}

func dictionary(kind string, d *value.Detections) (any, error) {
	if d.Len() > 0 && d.Data[value.ColumnClass] == nil {
		return nil, unnamed(kind)
	}
	return d.Object(), nil
}

func filter(f *fields) operation {
	v, ok := f.get("filter_operation", true)
	if !ok {
		return nop
	}
	condition := f.group(v, f.path+"/filter_operation", f.depth+1)
	return onDetections(f.kind, func(r *run, d *value.Detections) (any, error) {
		outer := r.self
		defer func() { r.self = outer }()
		var keep []int
		for i := range d.Len() {
			r.self = row{d, i}
			passes, err := condition(r)
			if err != nil {
				return nil, err
			}
			if passes {
				keep = append(keep, i)
			}
		}
		if len(keep) == d.Len() {
			return d, nil
		}
		return d.Select(keep), nil
	})
}

// nop stands in for an operation with problems. The document is refused, so it never runs.
func nop(_ *run, in any) (any, error) { return in, nil }

// pickByParent returns the parents, followed by the detections whose centre is in or on one
// of their boxes.
func pickByParent(d *value.Detections, class string) *value.Detections {
	var parents, children []int
	if d.Data[value.ColumnClass] == nil {
		return d.Select(nil)
	}
	for i := range d.Len() {
		if d.Class(i) == class {
			parents = append(parents, i)
		}
	}
	for i := range d.Len() {
		if d.Class(i) != class && within(d, i, parents) {
			children = append(children, i)
		}
	}
	return d.Select(append(parents, children...))
}

func within(d *value.Detections, i int, parents []int) bool {
	x, y := d.XYXY[i].Center()
	for _, parent := range parents {
		box := d.XYXY[parent]
		if x >= box[0] && x <= box[2] && y >= box[1] && y <= box[3] {
			return true
		}
	}
	return false
}

package fusion

import (
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// merged makes one detection of each group.
func (v *vote) merged(groups [][]int) (*value.Detections, error) {
	heads := make([]int, len(groups))
	for i, group := range groups {
		heads[i] = group[0]
	}
	out := v.all.Select(heads)
	out.TrackerID = nil
	kind := "object-detection"
	if out.Masks != nil {
		kind = "instance-segmentation"
	}
	names := make([]any, len(groups))
	for i, group := range groups {
		out.Confidence[i] = aggregate(v.mode("detections_merge_confidence_aggregation"), v.confidences(group))
		class := v.class(group)
		out.ClassID[i], names[i] = v.all.ClassID[class], v.all.At(value.ColumnClass, class)
		out.XYXY[i] = v.box(group)
		if out.Masks != nil {
			var err error
			if out.Masks[i], err = v.mask(group); err != nil {
				return nil, err
			}
		}
	}
	columns := map[string][]any{
		value.ColumnClass: names, value.ColumnID: ids(v.call, len(groups)), value.ColumnPredictionType: value.Repeat(kind, len(groups)),
	}
	for _, name := range placement {
		if cells, ok := out.Data[name]; ok {
			columns[name] = cells
		}
	}
	out.Data = columns
	return out, nil
}

// class returns the row that determines the class of a group: the most or the least confident
// one, or the first of the most frequent class.
func (v *vote) class(group []int) int {
	type class struct {
		name string
		id   int64
	}
	votes := map[class]int{}
	first := func(row int) class { return class{v.all.Class(row), v.all.ClassID[row]} }
	for _, row := range group {
		votes[first(row)]++
	}
	mode := v.mode("detections_merge_confidence_aggregation")
	best := group[0]
	for _, row := range group[1:] {
		better := votes[first(row)] > votes[first(best)]
		switch mode {
		case "max":
			better = v.all.Confidence[row] > v.all.Confidence[best]
		case "min":
			better = v.all.Confidence[row] < v.all.Confidence[best]
		}
		if better {
			best = row
		}
	}
	return best
}

// box returns the largest, the smallest or the mean box of a group.
func (v *vote) box(group []int) value.Box {
	mode := v.mode("detections_merge_coordinates_aggregation")
	best := v.all.XYXY[group[0]]
	var sum value.Box
	for _, row := range group {
		box := v.all.XYXY[row]
		for i := range sum {
			sum[i] += box[i]
		}
		area, of := box.Width()*box.Height(), best.Width()*best.Height()
		if mode == "max" && area > of || mode == "min" && area < of {
			best = box
		}
	}
	if mode == "max" || mode == "min" {
		return best
	}
	for i := range sum {
		sum[i] /= float64(len(group))
	}
	return sum
}

// mask returns the union, the intersection, the largest or the smallest mask of a group.
func (v *vote) mask(group []int) (*value.Mask, error) {
	mode := v.mode("detections_merge_mask_aggregation")
	var masks []*value.Mask
	for _, row := range group {
		if m := v.all.Masks[row]; m != nil {
			masks = append(masks, m)
		}
	}
	if len(masks) == 0 {
		return nil, nil
	}
	switch mode {
	case "intersection":
		return v.left.all(masks, len(masks))
	case "union":
		return v.left.all(masks, 1)
	}
	best := masks[0]
	for _, m := range masks[1:] {
		if area, of := m.Area(), best.Area(); mode == "max" && area > of || mode == "min" && area < of {
			best = m
		}
	}
	return best, nil
}

// presence reports whether enough objects are there, and with which confidence: for each
// class, or for any object if classes do not count.
func (v *vote) presence(d *value.Detections) (present bool, confidence map[string]any) {
	byClass := map[string][]float64{}
	for i := range d.Len() {
		name := "any_object"
		if v.aware {
			name = d.Class(i)
		}
		byClass[name] = append(byClass[name], d.Confidence[i])
	}
	if d.Len() == 0 || !v.enough(d.Len(), byClass) {
		return false, map[string]any{}
	}
	confidence = make(map[string]any, len(byClass))
	for name, numbers := range byClass {
		confidence[name] = aggregate(v.mode("presence_confidence_aggregation"), numbers)
	}
	return true, confidence
}

func (v *vote) enough(total int, byClass map[string][]float64) bool {
	perClass, ok := v.call.Arg("required_objects").(map[string]any)
	if !ok {
		required, _ := value.Int(v.call.Arg("required_objects"))
		return int64(total) >= required
	}
	var sum int64
	for name, n := range perClass {
		required, _ := value.Int(n)
		if v.aware && (len(byClass[name]) == 0 || int64(len(byClass[name])) < required) {
			return false
		}
		sum += required
	}
	return v.aware || int64(total) >= sum
}

func (v *vote) mode(field string) string {
	mode, _ := v.call.Arg(field).(string)
	return mode
}

func (v *vote) confidences(rows []int) []float64 {
	out := make([]float64, len(rows))
	for i, row := range rows {
		out[i] = v.all.Confidence[row]
	}
	return out
}

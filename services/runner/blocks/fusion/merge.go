package fusion

import (
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// merge makes one detection of all detections of a class that overlap, or whose key points
// are near each other.
func merge(call *engine.Call, d *value.Detections) (*value.Detections, error) {
	left := visits(maxVisits)
	m := merger{d: d, left: &left, points: make([][][2]float64, d.Len())}
	for i := range m.points {
		m.points[i] = points(d, i)
	}
	m.mode, _ = call.Arg("confidence_strategy").(string)
	if m.mode != "max" && m.mode != "mean" && m.mode != "min" {
		return nil, engine.Failf(engine.QueryInput, "confidence_strategy must be max, mean or min")
	}
	m.threshold, _ = value.Float(call.Arg("overlap_threshold"))
	m.near, _ = value.Float(call.Arg("keypoint_merge_threshold"))
	var groups [][]int
	for _, rows := range byClass(d) {
		own, err := m.groups(rows)
		if err != nil {
			return nil, err
		}
		groups = append(groups, own...)
	}
	out, err := m.heads(groups)
	if err != nil {
		return nil, err
	}
	return out.With(value.ColumnID, ids(call, out.Len())), nil
}

// byClass returns the rows of each class, in the order of their first rows.
func byClass(d *value.Detections) [][]int {
	at := map[int64]int{}
	var out [][]int
	for i, id := range d.ClassID {
		if _, seen := at[id]; !seen {
			at[id] = len(out)
			out = append(out, nil)
		}
		out[at[id]] = append(out[at[id]], i)
	}
	return out
}

type merger struct {
	d               *value.Detections
	points          [][][2]float64 // the key points of each row, or nil
	left            *visits
	mode            string
	threshold, near float64
}

// groups joins rows that belong together. A row with key points joins the first row that is
// near. Other rows join all rows that they overlap with, directly or through others.
func (m merger) groups(rows []int) ([][]int, error) {
	group := make([]int, len(rows)) // the number of the first row of each row's group
	for a := range rows {
		group[a] = a
	}
	find := func(a int) int {
		for group[a] != a {
			group[a] = group[group[a]]
			a = group[a]
		}
		return a
	}
	for a, i := range rows {
		points := m.points[i]
		if points != nil && group[a] != a {
			continue
		}
		for b := a + 1; b < len(rows); b++ {
			x, y := find(a), find(b)
			if x == y || points != nil && group[b] != b {
				continue
			}
			together, err := m.together(i, rows[b])
			if err != nil {
				return nil, err
			}
			if together {
				group[max(x, y)] = min(x, y)
			}
		}
	}
	var out [][]int
	at := make([]int, len(rows))
	for a, i := range rows {
		first := find(a)
		if first == a {
			at[a] = len(out)
			out = append(out, nil)
		}
		out[at[first]] = append(out[at[first]], i)
	}
	return out, nil
}

func (m merger) together(i, j int) (bool, error) {
	if a, b := m.points[i], m.points[j]; a != nil || b != nil {
		err := m.left.spend(image.Rect(0, 0, len(a), 1))
		return near(a, b) < m.near, err
	}
	iou, err := m.d.XYXY[i].IoU(m.d.XYXY[j]), error(nil)
	if m.d.Masks != nil && m.d.Masks[i] != nil && m.d.Masks[j] != nil {
		iou, err = m.left.iou(m.d.Masks[i], m.d.Masks[j])
	}
	return iou > 0 && iou >= m.threshold, err
}

// heads makes the first row of each group stand for all of it.
func (m merger) heads(groups [][]int) (*value.Detections, error) {
	first := make([]int, len(groups))
	for i, group := range groups {
		first[i] = group[0]
	}
	out := m.d.Select(first)
	for i, group := range groups {
		if len(group) == 1 {
			continue
		}
		confidences := make([]float64, len(group))
		masks := make([]*value.Mask, 0, len(group))
		for k, row := range group {
			confidences[k] = m.d.Confidence[row]
			out.XYXY[i] = out.XYXY[i].Around(m.d.XYXY[row])
			if m.d.Masks != nil && m.d.Masks[row] != nil {
				masks = append(masks, m.d.Masks[row])
			}
		}
		out.Confidence[i] = aggregate(m.mode, confidences)
		if m.points[group[0]] != nil {
			m.average(out, i, group)
		}
		if len(masks) > 0 {
			var err error
			if out.Masks[i], err = m.left.all(masks, 1); err != nil {
				return nil, err
			}
			out.XYXY[i] = tight(out.Masks[i])
		}
	}
	return out, nil
}

// points returns the key points of a row, or nil.
func points(d *value.Detections, row int) [][2]float64 {
	list, _ := d.At(value.ColumnKeypointsXY, row).([]any)
	out := make([][2]float64, 0, len(list))
	for _, item := range list {
		pair, _ := item.([]any)
		if len(pair) < 2 {
			return nil
		}
		x, _ := value.Float(pair[0])
		y, _ := value.Float(pair[1])
		out = append(out, [2]float64{x, y})
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// near returns the mean distance between the key points of two rows.
func near(a, b [][2]float64) float64 {
	if len(a) == 0 || len(a) != len(b) {
		return math.Inf(1)
	}
	sum := 0.0
	for i := range a {
		sum += math.Hypot(a[i][0]-b[i][0], a[i][1]-b[i][1])
	}
	return sum / float64(len(a))
}

// average sets the box and the key points of a row to the mean of its group.
func (m merger) average(out *value.Detections, i int, group []int) {
	var box value.Box
	points := make([][2]float64, len(m.points[group[0]]))
	sure := make([]float64, len(points))
	n := float64(len(group))
	for _, row := range group {
		for k := range box {
			box[k] += m.d.XYXY[row][k] / n
		}
		for k, p := range m.points[row] {
			points[k][0] += p[0] / n
			points[k][1] += p[1] / n
		}
		confidences, _ := m.d.At(value.ColumnKeypointsConfidence, row).([]any)
		for k := range min(len(confidences), len(sure)) {
			c, _ := value.Float(confidences[k])
			sure[k] += c / n
		}
	}
	out.XYXY[i] = box
	xy, confidence := make([]any, len(points)), make([]any, len(points))
	for k, p := range points {
		xy[k], confidence[k] = []any{p[0], p[1]}, sure[k]
	}
	out.Data[value.ColumnKeypointsXY][i] = xy
	if _, ok := out.Data[value.ColumnKeypointsConfidence]; ok {
		out.Data[value.ColumnKeypointsConfidence][i] = confidence
	}
}

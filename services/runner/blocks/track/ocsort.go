package track

import (
	"context"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// ocsort is OC-SORT (Cao et al., "Observation-Centric SORT: Rethinking SORT for Robust
// Multi-Object Tracking", CVPR 2023). The direction of an object counts in a match. Lost
// objects are searched for where they were last seen. When one is found again, its filter is
// corrected along the straight line between.
type ocsort struct {
	high    float64 // least confidence of a detection
	overlap float64 // least overlap of a match
	weight  float64 // of the direction
	back    int     // frames between the two boxes that give a direction
	steady  int     // frames in a row before an object gets its ID
	patient int     // frames after which a lost object is given up

	all []*observed
	ids int64
}

// observed is an object with its axes: the centre, the area and the ratio of the sides.
type observed struct {
	axes, kept [4]axis // kept is after the last measurement
	id         int64   // -1 while it has none
	last       value.Box
	past       []value.Box // the last measurements, at most one for each of back frames
	age        []int       // their frames
	frame      int
	streak     int // measurements in a row
	missed     int // frames since the last one
	dx, dy     float64
	moves      bool // dx, dy is its direction
}

var (
	noise    = [4]float64{1, 1, 1, 1}
	speed    = [4]float64{0.01, 0.01, 0.0001, 0}
	variance = [4]float64{1, 1, 10, 10}
)

func newObserved(box value.Box) *observed {
	o := &observed{id: -1, last: box, past: []value.Box{box}, age: []int{0}, streak: 1}
	for i, v := range areaOf(box) {
		o.axes[i] = axis{at: v, pp: 10, vv: 1e4}
	}
	o.axes[3].vv = 0 // the ratio has no speed
	o.kept = o.axes
	return o
}

func areaOf(b value.Box) [4]float64 {
	x, y := b.Center()
	return [4]float64{x, y, b.Width() * b.Height(), b.Width() / b.Height()}
}

func (o *observed) box() value.Box {
	w := math.Sqrt(max(o.axes[2].at*o.axes[3].at, 0))
	h := 0.0
	if w > 0 {
		h = o.axes[2].at / w
	}
	x, y := o.axes[0].at, o.axes[1].at
	return value.Box{x - w/2, y - h/2, x + w/2, y + h/2}
}

func (o *observed) predict() {
	o.frame++
	o.step()
	if o.missed > 0 {
		o.streak = 0
	}
	o.missed++
}

func (o *observed) step() {
	if o.axes[2].at+o.axes[2].speed <= 0 {
		o.axes[2].speed = 0
	}
	for i := range o.axes {
		o.axes[i].predict(noise[i], speed[i])
	}
}

// correct takes a measurement. If some were missed, the filter returns to the last one and
// takes interpolated ones instead.
func (o *observed) correct(box value.Box, back int) {
	if o.missed > 1 {
		o.axes = o.kept
		for i := 1; i < o.missed; i++ {
			o.step()
			o.measure(between(o.last, box, float64(i)/float64(o.missed)))
		}
		o.step()
	}
	o.measure(box)
	o.kept = o.axes
	o.turn(box, back)
	o.last, o.missed = box, 0
	o.streak++
}

func (o *observed) measure(box value.Box) {
	for i, v := range areaOf(box) {
		o.axes[i].update(v, variance[i])
	}
}

func between(a, b value.Box, share float64) (out value.Box) {
	for i := range out {
		out[i] = a[i] + (b[i]-a[i])*share
	}
	return out
}

// turn updates the direction from the measurement some frames ago.
func (o *observed) turn(box value.Box, back int) {
	o.dx, o.dy = direction(o.before(back), box)
	o.moves = true
	o.past, o.age = append(o.past, box), append(o.age, o.frame)
	for len(o.age) > 1 && o.age[0] < o.frame-back {
		o.past, o.age = o.past[1:], o.age[1:]
	}
}

// before returns the oldest measurement that is at most back frames old, or the last one.
func (o *observed) before(back int) value.Box {
	for i, frame := range o.age {
		if frame >= o.frame-back {
			return o.past[i]
		}
	}
	return o.last
}

func direction(a, b value.Box) (dx, dy float64) {
	ax, ay := a.Center()
	bx, by := b.Center()
	length := math.Hypot(bx-ax, by-ay) + 1e-6
	return (bx - ax) / length, (by - ay) / length
}

// consistent returns 0.5 if a box is straight ahead of the object, and -0.5 if it is behind.
func (o *observed) consistent(box value.Box, back int) float64 {
	if !o.moves {
		return 0
	}
	dx, dy := direction(o.before(back), box)
	angle := math.Acos(min(max(dx*o.dx+dy*o.dy, -1), 1))
	return (math.Pi/2 - angle) / math.Pi
}

func (s *ocsort) update(ctx context.Context, d *value.Detections) ([]int, []int64, error) {
	var rows []int
	for _, row := range solidRows(d) {
		if d.Confidence[row] >= s.high {
			rows = append(rows, row)
		}
	}
	for _, o := range s.all {
		o.predict()
	}
	matched := map[int]*observed{}
	left, rows, err := s.round(ctx, d, s.all, rows, matched, (*observed).box, s.weight)
	if err != nil {
		return nil, nil, err
	}
	_, rows, err = s.round(ctx, d, left, rows, matched, func(o *observed) value.Box { return o.last }, 0)
	if err != nil {
		return nil, nil, err
	}
	for _, row := range rows {
		o := newObserved(d.XYXY[row])
		s.all, matched[row] = append(s.all, o), o
	}
	s.all = slices.DeleteFunc(s.all, func(o *observed) bool { return o.missed > s.patient })
	return s.report(d, matched)
}

// round matches the expected boxes of objects with rows, and returns the unmatched ones of
// both.
func (s *ocsort) round(ctx context.Context, d *value.Detections, of []*observed, rows []int, matched map[int]*observed, expected func(*observed) value.Box, weight float64) ([]*observed, []int, error) {
	boxes, cols := make([]value.Box, len(of)), make([]value.Box, len(rows))
	for i, o := range of {
		boxes[i] = expected(o)
	}
	for i, row := range rows {
		cols[i] = d.XYXY[row]
	}
	all, err := pairs(boxes, cols, func(i, k int, iou float64) float64 {
		if iou < s.overlap {
			return 0
		}
		if weight > 0 {
			iou += weight * d.Confidence[rows[k]] * of[i].consistent(cols[k], s.back)
		}
		return iou
	})
	if err != nil {
		return nil, nil, err
	}
	best, err := assign(ctx, all)
	if err != nil {
		return nil, nil, err
	}
	used := map[*observed]bool{}
	for _, p := range best {
		o := of[p.row]
		o.correct(cols[p.col], s.back)
		matched[rows[p.col]], used[o] = o, true
	}
	left := slices.DeleteFunc(slices.Clone(of), func(o *observed) bool { return used[o] })
	return left, slices.DeleteFunc(slices.Clone(rows), func(row int) bool { return matched[row] != nil }), nil
}

func (s *ocsort) report(d *value.Detections, of map[int]*observed) (rows []int, ids []int64, err error) {
	for row := range d.XYXY {
		o := of[row]
		if o == nil || o.id < 0 && o.streak < s.steady {
			continue
		}
		if o.id < 0 {
			o.id = s.ids
			s.ids++
		}
		rows, ids = append(rows, row), append(ids, o.id)
	}
	return rows, ids, nil
}

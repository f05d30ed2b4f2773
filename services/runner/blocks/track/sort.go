package track

import (
	"cmp"
	"context"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// object is a track whose axes are the sides of its box.
type object struct {
	axes    [4]axis
	id      int64 // -1 while it has none
	updates int   // measurements in all
	missed  int   // frames since the last one
}

func newObject(box value.Box) *object {
	o := &object{id: -1, updates: 1}
	for i, v := range box {
		o.axes[i] = axis{at: v, pp: 1, vv: 1}
	}
	return o
}

func (o *object) predict() {
	for i := range o.axes {
		o.axes[i].predict(0.01, 0.01)
	}
	o.missed++
}

func (o *object) correct(box value.Box) {
	for i, v := range box {
		o.axes[i].update(v, 0.1)
	}
	o.missed = 0
	o.updates++
}

func (o *object) box() (b value.Box) {
	for i, a := range o.axes {
		b[i] = a.at
	}
	return b
}

// objects are the tracks of a video.
type objects struct {
	overlap float64 // least overlap of a match
	steady  int     // measurements before an object gets its ID
	patient int     // frames after which a lost object is given up
	all     []*object
	ids     int64
}

func (s *objects) name(o *object) {
	if o.id < 0 {
		o.id = s.ids
		s.ids++
	}
}

// match corrects objects by rows of the detections. It returns the matched rows with their
// objects, and the unmatched ones of both.
func (s *objects) match(ctx context.Context, d *value.Detections, of []*object, rows []int) (matched map[int]*object, left []*object, others []int, err error) {
	tracked, cols := make([]value.Box, len(of)), make([]value.Box, len(rows))
	for i, o := range of {
		tracked[i] = o.box()
	}
	for i, row := range rows {
		cols[i] = d.XYXY[row]
	}
	all, err := pairs(tracked, cols, func(_, _ int, iou float64) float64 { return iou })
	if err != nil {
		return nil, nil, nil, err
	}
	best, err := assign(ctx, all)
	if err != nil {
		return nil, nil, nil, err
	}
	matched, used := map[int]*object{}, map[*object]bool{}
	for _, p := range best {
		if p.gain >= s.overlap {
			of[p.row].correct(cols[p.col])
			matched[rows[p.col]], used[of[p.row]] = of[p.row], true
		}
	}
	left = slices.DeleteFunc(slices.Clone(of), func(o *object) bool { return used[o] })
	others = slices.DeleteFunc(slices.Clone(rows), func(row int) bool { return matched[row] != nil })
	return matched, left, others, nil
}

// forget drops objects that were not seen for a while, and those that were seen too rarely.
func (s *objects) forget() {
	s.all = slices.DeleteFunc(s.all, func(o *object) bool {
		return o.missed >= s.patient || o.updates < s.steady && o.missed > 0
	})
}

// sort is SORT (Bewley et al., "Simple Online and Realtime Tracking", ICIP 2016).
type sort struct {
	objects
	start float64 // least confidence of a new object
}

func (s *sort) update(ctx context.Context, d *value.Detections) ([]int, []int64, error) {
	for _, o := range s.all {
		o.predict()
	}
	_, _, others, err := s.match(ctx, d, s.all, solidRows(d))
	if err != nil {
		return nil, nil, err
	}
	for _, row := range others {
		if d.Confidence[row] >= s.start {
			s.all = append(s.all, newObject(d.XYXY[row]))
		}
	}
	s.forget()
	return s.output(d)
}

func solidRows(d *value.Detections) []int {
	var rows []int
	for i, box := range d.XYXY {
		if solid(box) {
			rows = append(rows, i)
		}
	}
	return rows
}

// output gives each detection the ID of the object that it overlaps with most.
func (s *sort) output(d *value.Detections) ([]int, []int64, error) {
	boxes := make([]value.Box, len(s.all))
	for i, o := range s.all {
		boxes[i] = o.box()
	}
	all, err := pairs(boxes, d.XYXY, func(_, _ int, iou float64) float64 {
		if iou <= s.overlap {
			return 0
		}
		return iou
	})
	if err != nil {
		return nil, nil, err
	}
	slices.SortStableFunc(all, func(a, b pair) int { return cmp.Compare(b.gain, a.gain) })
	usedRows, of := map[int]bool{}, map[int]*object{}
	for _, p := range all {
		if usedRows[p.row] || of[p.col] != nil {
			continue
		}
		o := s.all[p.row]
		usedRows[p.row], of[p.col] = true, o
		if o.updates >= s.steady {
			s.name(o)
		}
	}
	return named(d, of)
}

// named returns the rows whose object has an ID.
func named(d *value.Detections, of map[int]*object) (rows []int, ids []int64, err error) {
	for row := range d.XYXY {
		if o := of[row]; o != nil && o.id >= 0 {
			rows, ids = append(rows, row), append(ids, o.id)
		}
	}
	return rows, ids, nil
}

// byteSort is ByteTrack with the boxes and the bookkeeping of SORT.
type byteSort struct {
	objects
	start, high float64 // least confidence of a new object, and of the first round
}

func (s *byteSort) update(ctx context.Context, d *value.Detections) ([]int, []int64, error) {
	for _, o := range s.all {
		o.predict()
	}
	var first, second []int
	for _, row := range solidRows(d) {
		if d.Confidence[row] >= s.high {
			first = append(first, row)
		} else {
			second = append(second, row)
		}
	}
	matched, left, others, err := s.match(ctx, d, s.all, first)
	if err != nil {
		return nil, nil, err
	}
	weak, _, _, err := s.match(ctx, d, left, second)
	if err != nil {
		return nil, nil, err
	}
	var rows []int
	var ids []int64
	for _, round := range []map[int]*object{matched, weak} {
		more, moreIDs := s.report(round)
		rows, ids = append(rows, more...), append(ids, moreIDs...)
	}
	for _, row := range others {
		if d.Confidence[row] >= s.start {
			s.all = append(s.all, newObject(d.XYXY[row]))
		}
	}
	s.forget()
	return rows, ids, nil
}

// report names the objects that were seen often enough, in the order in which they began.
func (s *byteSort) report(of map[int]*object) (rows []int, ids []int64) {
	row := map[*object]int{}
	for i, o := range of {
		row[o] = i
	}
	for _, o := range s.all {
		if i, ok := row[o]; ok && (o.id >= 0 || o.updates >= s.steady) {
			s.name(o)
			rows, ids = append(rows, i), append(ids, o.id)
		}
	}
	return rows, ids
}

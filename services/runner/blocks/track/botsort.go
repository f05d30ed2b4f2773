package track

import (
	"context"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// botSort is BoT-SORT without appearance (Aharon et al., "BoT-SORT: Robust Associations
// Multi-Pedestrian Tracking", 2022): the rounds of ByteTrack, with a filter of width and
// height, and a correction for the camera's motion.
type botSort struct {
	high, start                float64 // least confidence of the first round, and of a new object
	first, second, unconfirmed float64 // least similarity of a match in the three rounds
	steady                     int     // measurements in a row before an object gets its ID
	patient                    int     // frames after which a lost object is given up
	instant                    bool    // objects of the first frame get their IDs immediately
	camera                     *camera // nil if the camera's motion is not corrected

	frame int
	all   []*boxed
	ids   int64
}

// boxed is an object whose axes are its centre, width and height.
type boxed struct {
	axes    [4]axis
	id      int64 // -1 while it has none
	updates int
	missed  int // frames since the last measurement
}

// The noises of the paper, as parts of the object's size.
const (
	sizeNoise, speedNoise = 0.05, 0.00625
	measureNoise          = 0.05
)

func newBoxed(b value.Box) *boxed {
	o := &boxed{id: -1, updates: 1}
	z := centred(b)
	for i, v := range z {
		size := z[2+i%2]
		o.axes[i] = axis{at: v, pp: square(2 * sizeNoise * size), vv: square(10 * speedNoise * size)}
	}
	return o
}

func centred(b value.Box) [4]float64 {
	x, y := b.Center()
	return [4]float64{x, y, b.Width(), b.Height()}
}

func (o *boxed) box() value.Box {
	x, y, w, h := o.axes[0].at, o.axes[1].at, o.axes[2].at, o.axes[3].at
	return value.Box{x - w/2, y - h/2, x + w/2, y + h/2}
}

func (o *boxed) predict() {
	if o.missed > 0 { // a lost object keeps its size
		o.axes[2].speed, o.axes[3].speed = 0, 0
	}
	w, h := o.axes[2].at, o.axes[3].at
	for i := range o.axes {
		size := [2]float64{w, h}[i%2]
		o.axes[i].predict(square(sizeNoise*size), square(speedNoise*size))
	}
	o.missed++
}

func (o *boxed) correct(b value.Box) {
	w, h := o.axes[2].at, o.axes[3].at
	for i, v := range centred(b) {
		o.axes[i].update(v, square(measureNoise*[2]float64{w, h}[i%2]))
	}
	o.missed = 0
	o.updates++
}

// move applies the motion of the camera to the centre and its speed, and to the size. The
// axes stay independent, so a turn changes only the variances.
func (o *boxed) move(h geometry.Homography) {
	for i := 0; i < 4; i += 2 {
		x, y := o.axes[i], o.axes[i+1]
		turn := func(a, b float64, row int) float64 { return h[3*row]*a + h[3*row+1]*b }
		spread := func(a, b float64, row int) float64 { return square(h[3*row])*a + square(h[3*row+1])*b }
		for row, a := range []*axis{&o.axes[i], &o.axes[i+1]} {
			a.at, a.speed = turn(x.at, y.at, row), turn(x.speed, y.speed, row)
			a.pp, a.pv, a.vv = spread(x.pp, y.pp, row), spread(x.pv, y.pv, row), spread(x.vv, y.vv, row)
		}
	}
	o.axes[0].at += h[2]
	o.axes[1].at += h[5]
	o.axes[2].at, o.axes[3].at = max(o.axes[2].at, 1e-3), max(o.axes[3].at, 1e-3)
}

// watch estimates the motion of the camera since the last frame.
func (b *botSort) watch(ctx context.Context, picture *value.Image) error {
	if b.camera == nil {
		return nil
	}
	return b.camera.look(ctx, picture)
}

func (b *botSort) update(ctx context.Context, d *value.Detections) ([]int, []int64, error) {
	b.frame++
	for _, o := range b.all {
		o.predict()
		if b.camera != nil {
			o.move(b.camera.motion)
		}
	}
	strong, weak := b.divide(d)
	matched := map[int]*boxed{}
	known, young := b.pool()
	left, strong, err := b.round(ctx, d, known, strong, matched, b.first, true)
	if err != nil {
		return nil, nil, err
	}
	left = slices.DeleteFunc(left, func(o *boxed) bool { return o.missed > 1 }) // only those of the last frame
	if _, _, err = b.round(ctx, d, left, weak, matched, b.second, false); err != nil {
		return nil, nil, err
	}
	if _, strong, err = b.round(ctx, d, young, strong, matched, b.unconfirmed, true); err != nil {
		return nil, nil, err
	}
	b.all = slices.DeleteFunc(b.all, func(o *boxed) bool {
		return o.missed > b.patient || o.updates < b.steady && o.missed > 0 // unconfirmed objects are not searched for again
	})
	for _, row := range strong {
		if d.Confidence[row] >= b.start {
			o := newBoxed(d.XYXY[row])
			if b.instant && b.frame == 1 {
				o.updates = b.steady
			}
			b.all, matched[row] = append(b.all, o), o
		}
	}
	rows, ids := b.report(d, matched)
	return rows, ids, nil
}

// divide separates the rows of high and of low confidence.
func (b *botSort) divide(d *value.Detections) (strong, weak []int) {
	for _, row := range solidRows(d) {
		switch c := d.Confidence[row]; {
		case c >= b.high:
			strong = append(strong, row)
		case c > lowest:
			weak = append(weak, row)
		}
	}
	return strong, weak
}

// pool separates the objects that were seen often enough from the others.
func (b *botSort) pool() (known, young []*boxed) {
	for _, o := range b.all {
		if o.updates >= b.steady {
			known = append(known, o)
		} else {
			young = append(young, o)
		}
	}
	return known, young
}

// round matches objects with rows and returns the unmatched ones of both.
func (b *botSort) round(ctx context.Context, d *value.Detections, of []*boxed, rows []int, matched map[int]*boxed, least float64, weigh bool) ([]*boxed, []int, error) {
	boxes, cols := make([]value.Box, len(of)), make([]value.Box, len(rows))
	for i, o := range of {
		boxes[i] = o.box()
	}
	for i, row := range rows {
		cols[i] = d.XYXY[row]
	}
	all, err := pairs(boxes, cols, func(_, k int, iou float64) float64 {
		if weigh {
			iou *= d.Confidence[rows[k]]
		}
		if iou < least {
			return 0
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
	used := map[*boxed]bool{}
	for _, p := range best {
		of[p.row].correct(cols[p.col])
		matched[rows[p.col]], used[of[p.row]] = of[p.row], true
	}
	left := slices.DeleteFunc(slices.Clone(of), func(o *boxed) bool { return used[o] })
	return left, slices.DeleteFunc(slices.Clone(rows), func(row int) bool { return matched[row] != nil }), nil
}

func (b *botSort) report(d *value.Detections, of map[int]*boxed) (rows []int, ids []int64) {
	for row := range d.XYXY {
		o := of[row]
		if o == nil || o.updates < b.steady {
			continue
		}
		if o.id < 0 {
			o.id = b.ids
			b.ids++
		}
		rows, ids = append(rows, row), append(ids, o.id)
	}
	return rows, ids
}

package track

import (
	"context"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// byteTrack is ByteTrack (Zhang et al., "ByteTrack: Multi-Object Tracking by Associating
// Every Detection Box", ECCV 2022) with the parameters of the language: it matches detections
// of high confidence first, and then those of low confidence with the remaining tracks.
type byteTrack struct {
	high    float64 // confidence of the first round, and 0.1 less than that of a new track
	most    float64 // largest distance of a match in the first round
	patient int     // frames after which a lost track is given up
	steady  int     // frames before a track gets its ID

	frame                  int
	tracked, lost, removed []*track
	ids                    int64
}

const (
	lowest          = 0.1
	secondMost      = 0.5
	unconfirmedMost = 0.7
	sameTrack       = 0.85 // the overlap at which a tracked and a lost track are the same object
	outputMost      = 0.5
	// slack is how much more than the largest distance the assignment pays for no match.
	slack = 1e-4
)

type trackState uint8

const (
	isTracked trackState = iota
	isLost
	isRemoved
)

// track is an object. Its axes are the centre, the ratio of the sides and the height.
type track struct {
	axes           [4]axis
	state          trackState
	confirmed      bool
	start, seen    int // frames
	length, steady int
	id             int64 // 0 while it has none
}

func newTrack(box value.Box, frame, steady int) *track {
	t := &track{start: frame, seen: frame, steady: steady, confirmed: frame == 1}
	z := measure(box)
	h := z[3]
	for i := range t.axes {
		position, speed := 2*h/20, 10*h/160
		if i == 2 {
			position, speed = 1e-2, 1e-5
		}
		t.axes[i] = axis{at: z[i], pp: square(position), vv: square(speed)}
	}
	return t
}

func measure(b value.Box) [4]float64 {
	x, y := b.Center()
	return [4]float64{x, y, b.Width() / b.Height(), b.Height()}
}

func (t *track) box() value.Box {
	h := t.axes[3].at
	w := t.axes[2].at * h
	return value.Box{t.axes[0].at - w/2, t.axes[1].at - h/2, t.axes[0].at + w/2, t.axes[1].at + h/2}
}

func (t *track) predict() {
	if t.state != isTracked {
		t.axes[3].speed = 0
	}
	h := t.axes[3].at
	for i := range t.axes {
		position, speed := h/20, h/160
		if i == 2 {
			position, speed = 1e-2, 1e-5
		}
		t.axes[i].predict(square(position), square(speed))
	}
}

func (t *track) correct(box value.Box, frame int) {
	z, h := measure(box), t.axes[3].at
	for i := range t.axes {
		deviation := h / 20
		if i == 2 {
			deviation = 1e-1
		}
		t.axes[i].update(z[i], square(deviation))
	}
	t.state, t.seen = isTracked, frame
}

// follow matches a tracked object with a detection. A lost object that is found again counts
// its frames from 0.
func (b *byteTrack) follow(t *track, box value.Box) {
	if t.state != isTracked {
		t.correct(box, b.frame)
		t.length = 0
		return
	}
	t.correct(box, b.frame)
	if t.length++; t.length == t.steady {
		t.confirmed = true
		b.name(t)
	}
}

func (b *byteTrack) name(t *track) {
	if t.id == 0 {
		b.ids++
		t.id = b.ids
	}
}

func (b *byteTrack) update(ctx context.Context, d *value.Detections) ([]int, []int64, error) {
	b.frame++
	first, second := b.divide(d)
	unconfirmed, pool := b.pool()
	for _, t := range pool {
		t.predict()
	}
	found := map[*track]bool{}
	rest, first, err := b.round(ctx, d, pool, first, found, b.most, true)
	if err != nil {
		return nil, nil, err
	}
	rest = slices.DeleteFunc(rest, func(t *track) bool { return t.state != isTracked })
	rest, _, err = b.round(ctx, d, rest, second, found, secondMost, false)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range rest {
		t.state = isLost
	}
	unconfirmed, first, err = b.round(ctx, d, unconfirmed, first, found, unconfirmedMost, true)
	if err != nil {
		return nil, nil, err
	}
	removed := unconfirmed
	for _, t := range removed {
		t.state = isRemoved
	}
	for _, row := range first {
		if d.Confidence[row] >= b.high+lowest {
			t := newTrack(d.XYXY[row], b.frame, b.steady)
			if b.steady == 1 {
				b.name(t)
			}
			b.tracked = append(b.tracked, t)
		}
	}
	if err := b.settle(rest, removed, found); err != nil {
		return nil, nil, err
	}
	return b.output(ctx, d)
}

// divide separates the rows of high and of low confidence.
func (b *byteTrack) divide(d *value.Detections) (first, second []int) {
	for i, box := range d.XYXY {
		switch c := d.Confidence[i]; {
		case !solid(box):
		case c > b.high:
			first = append(first, i)
		case c > lowest && c < b.high:
			second = append(second, i)
		}
	}
	return first, second
}

// solid reports whether a box can be tracked: it is finite and has an area.
func solid(b value.Box) bool {
	for _, v := range b {
		if !(math.Abs(v) < 1e9) {
			return false
		}
	}
	return b.Width() > 0 && b.Height() > 0
}

// pool separates the tracks that were seen once from all others.
func (b *byteTrack) pool() (unconfirmed, pool []*track) {
	for _, t := range b.tracked {
		if t.confirmed {
			pool = append(pool, t)
		} else {
			unconfirmed = append(unconfirmed, t)
		}
	}
	return unconfirmed, append(pool, b.lost...)
}

// round matches tracks with rows of the detections and returns the unmatched ones of both.
func (b *byteTrack) round(ctx context.Context, d *value.Detections, tracks []*track, rows []int, found map[*track]bool, most float64, weigh bool) ([]*track, []int, error) {
	cols := make([]value.Box, len(rows))
	for i, row := range rows {
		cols[i] = d.XYXY[row]
	}
	all, err := pairs(boxesOf(tracks), cols, func(_, col int, iou float64) float64 {
		if weigh {
			iou *= d.Confidence[rows[col]]
		}
		if 1-iou > most {
			return 0
		}
		return most + slack - (1 - iou)
	})
	if err != nil {
		return nil, nil, err
	}
	matched, err := assign(ctx, all)
	if err != nil {
		return nil, nil, err
	}
	taken := map[int]bool{}
	for _, p := range matched {
		b.follow(tracks[p.row], cols[p.col])
		found[tracks[p.row]], taken[rows[p.col]] = true, true
	}
	left := slices.DeleteFunc(slices.Clone(tracks), func(t *track) bool { return found[t] })
	return left, slices.DeleteFunc(slices.Clone(rows), func(row int) bool { return taken[row] }), nil
}

func boxesOf(tracks []*track) []value.Box {
	out := make([]value.Box, len(tracks))
	for i, t := range tracks {
		out[i] = t.box()
	}
	return out
}

// settle brings the lists up to date. A track that is given up stays among the lost for one
// more frame, as in the language's tracker.
func (b *byteTrack) settle(nowLost, removed []*track, found map[*track]bool) error {
	for _, t := range b.lost {
		if b.frame-t.seen > b.patient {
			t.state = isRemoved
			removed = append(removed, t)
		}
	}
	b.tracked = slices.DeleteFunc(b.tracked, func(t *track) bool { return t.state != isTracked })
	for _, t := range b.lost {
		if found[t] {
			b.tracked = append(b.tracked, t)
		}
	}
	gone := map[*track]bool{}
	for _, t := range b.removed {
		gone[t] = true
	}
	b.lost = slices.DeleteFunc(append(b.lost, nowLost...), func(t *track) bool { return found[t] || gone[t] })
	b.removed = removed
	return b.unite()
}

// unite keeps the older of a tracked and a lost track that overlap almost completely.
func (b *byteTrack) unite() error {
	if err := argument.Pairs(len(b.tracked), len(b.lost)); err != nil {
		return err
	}
	double := map[*track]bool{}
	lost := boxesOf(b.lost)
	for _, t := range b.tracked {
		box := t.box()
		for k, other := range b.lost {
			if box.IoU(lost[k]) <= sameTrack {
				continue
			}
			if t.seen-t.start > other.seen-other.start {
				double[other] = true
			} else {
				double[t] = true
			}
		}
	}
	isDouble := func(t *track) bool { return double[t] }
	b.tracked, b.lost = slices.DeleteFunc(b.tracked, isDouble), slices.DeleteFunc(b.lost, isDouble)
	return nil
}

// output matches the detections with the confirmed tracks once more to give them IDs.
func (b *byteTrack) output(ctx context.Context, d *value.Detections) ([]int, []int64, error) {
	var confirmed []*track
	for _, t := range b.tracked {
		if t.confirmed {
			confirmed = append(confirmed, t)
		}
	}
	all, err := pairs(d.XYXY, boxesOf(confirmed), func(_, _ int, iou float64) float64 { return outputMost + slack - (1 - iou) })
	if err != nil {
		return nil, nil, err
	}
	matched, err := assign(ctx, all)
	if err != nil {
		return nil, nil, err
	}
	var rows []int
	var ids []int64
	for _, p := range matched {
		if t := confirmed[p.col]; t.id != 0 && p.gain >= slack {
			rows, ids = append(rows, p.row), append(ids, t.id)
		}
	}
	return rows, ids, nil
}

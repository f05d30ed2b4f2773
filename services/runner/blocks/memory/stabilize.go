package memory

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// steady has the last row of an object, and its movement.
type steady struct {
	row      *value.Detections // of one row
	moves    bool
	velocity [2]float64
	variance float64
	history  [][2]float64 // the last movements, the newest first
}

// scene has the objects of a video in order of appearance.
type scene struct {
	all   map[int64]*steady
	order []int64
}

// The variances of the filter that smooths movements.
const (
	movement    = 0.001
	measurement = 0.01
)

// stabilize smooths the boxes of tracked objects. If an object is not found, it is kept for
// some frames and moves on as before.
func stabilize(_ context.Context, call *engine.Call) (engine.Result, error) {
	d, err := argument.Tracked(call, "detections")
	if err != nil {
		return engine.None(), err
	}
	window, err := argument.WholeOr(call, "smoothing_window_size", 3, 1, 1000)
	if err != nil {
		return engine.None(), err
	}
	share, err := argument.NumberOr(call, "bbox_smoothing_coefficient", 0.2, 0, 1)
	if err != nil {
		return engine.None(), err
	}
	at, err := video.Of(call, "image")
	if err != nil {
		return engine.None(), err
	}
	known := video.State(call, at, func() *scene { return &scene{all: map[int64]*steady{}} })
	parts, found := known.find(d, window, share)
	parts = append(parts, known.expect(found, share)...)
	out := value.Merge(parts)
	if len(parts) == 0 {
		out = d.Select(nil)
	}
	if out.TrackerID == nil {
		out.TrackerID = []int64{}
	}
	return engine.One(engine.Outputs{"tracked_detections": out}), nil
}

// find smooths the boxes of the objects that were found.
func (s *scene) find(d *value.Detections, window int, share float64) (parts []*value.Detections, found map[int64]bool) {
	found = map[int64]bool{}
	for i, id := range d.TrackerID {
		row := d.Select([]int{i})
		known, ok := s.all[id]
		if !ok {
			known = &steady{}
			s.all[id] = known
			s.order = append(s.order, id)
		} else {
			before := known.row.XYXY[0]
			known.moved(d.XYXY[i][2]-before[2], d.XYXY[i][3]-before[3], window)
			row.XYXY[0] = smoothed(before, d.XYXY[i], share)
		}
		if !found[id] {
			parts = append(parts, row)
		}
		known.row, found[id] = row, true
	}
	return parts, found
}

func smoothed(before, now value.Box, share float64) (out value.Box) {
	for i := range out {
		out[i] = share*now[i] + (1-share)*before[i]
	}
	return out
}

// moved updates the movement of an object from one frame to the next: a Kalman filter over
// the mean of the last movements.
func (k *steady) moved(dx, dy float64, window int) {
	k.history = append([][2]float64{{dx, dy}}, k.history...)
	k.history = k.history[:min(len(k.history), window)]
	if !k.moves {
		k.moves, k.velocity, k.variance = true, [2]float64{dx, dy}, 1
		return
	}
	gain := k.variance / (k.variance + measurement)
	for axis := range k.velocity {
		mean := 0.0
		for _, v := range k.history {
			mean += v[axis] / float64(len(k.history))
		}
		k.velocity[axis] += gain * (mean - k.velocity[axis])
	}
	k.variance -= gain * k.variance
}

// expect moves the objects that were not found, and forgets those that were missing for too
// long.
func (s *scene) expect(found map[int64]bool, share float64) (parts []*value.Detections) {
	left := s.order[:0]
	for _, id := range s.order {
		known := s.all[id]
		if known.moves {
			known.variance += movement
		}
		if !found[id] {
			if !known.moves {
				delete(s.all, id)
				continue
			}
			before := known.row.XYXY[0]
			row := known.row.Select([]int{0})
			row.XYXY[0] = smoothed(before, before.Shift(known.velocity[0], known.velocity[1]), share)
			known.row, parts = row, append(parts, row)
			if known.history = known.history[:len(known.history)-1]; len(known.history) == 0 {
				known.moves = false
			}
		}
		left = append(left, id)
	}
	s.order = left
	return parts
}

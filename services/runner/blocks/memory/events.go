package memory

import (
	"context"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// event describes the sightings of one object. Times are in seconds: by the clock of the
// video, and since the first frame.
type event struct {
	class                           string
	firstFrame, lastFrame, count    int64
	firstTime, lastTime             float64
	firstSinceStart, lastSinceStart float64
}

// events are the objects of a video.
type events struct {
	frame, flushed int64
	start          float64
	all            map[int64]*event
	order          []int64
}

// logEvents records when each object was first and last seen. An object is logged once it was
// in enough frames. It is complete once it was not seen for a while.
func logEvents(_ context.Context, call *engine.Call) (engine.Result, error) {
	d, err := argument.Detections(call, "detections")
	if err != nil {
		return engine.None(), err
	}
	const most = 1 << 30
	threshold, err := argument.Whole(call, "frame_threshold", 1, most)
	if err != nil {
		return engine.None(), err
	}
	interval, err := argument.Whole(call, "flush_interval", 1, most)
	if err != nil {
		return engine.None(), err
	}
	stale, err := argument.Whole(call, "stale_frames", 1, most)
	if err != nil {
		return engine.None(), err
	}
	at, err := video.Of(call, "image")
	if err != nil {
		return engine.None(), err
	}
	known := video.State(call, at, func() *events { return &events{all: map[int64]*event{}, start: at.Seconds, flushed: 1} })
	known.frame++
	complete := map[string]any{}
	if known.frame-known.flushed >= int64(interval) {
		complete = known.complete(int64(stale), int64(threshold))
		known.flushed = known.frame
	}
	known.note(d, at.Seconds)
	logged, pending := known.report(int64(threshold))
	return engine.One(engine.Outputs{
		"event_log": map[string]any{"logged": logged, "pending": pending}, "detections": d,
		"total_logged": int64(len(logged)), "total_pending": int64(len(pending)), "complete_events": complete,
	}), nil
}

// note records the objects of a frame.
func (e *events) note(d *value.Detections, seconds float64) {
	for i, id := range d.TrackerID {
		known, ok := e.all[id]
		if !ok {
			class, named := d.At(value.ColumnClass, i).(string)
			if !named {
				class = "class_" + strconv.FormatInt(d.ClassID[i], 10)
			}
			known = &event{class: class, firstFrame: e.frame, firstTime: seconds, firstSinceStart: seconds - e.start}
			e.all[id] = known
			e.order = append(e.order, id)
		}
		known.count++
		known.lastFrame, known.lastTime, known.lastSinceStart = e.frame, seconds, seconds-e.start
	}
}

// complete removes the objects that were not seen for a while, and returns those of them that
// were in enough frames.
func (e *events) complete(stale, threshold int64) map[string]any {
	out, left := map[string]any{}, e.order[:0]
	for _, id := range e.order {
		known := e.all[id]
		if e.frame-known.lastFrame <= stale {
			left = append(left, id)
			continue
		}
		if known.count >= threshold {
			out[strconv.FormatInt(id, 10)] = known.object(id)
		}
		delete(e.all, id)
	}
	e.order = left
	return out
}

func (e *events) report(threshold int64) (logged, pending map[string]any) {
	logged, pending = map[string]any{}, map[string]any{}
	for id, known := range e.all {
		to := pending
		if known.count >= threshold {
			to = logged
		}
		to[strconv.FormatInt(id, 10)] = known.object(id)
	}
	return logged, pending
}

func (e *event) object(id int64) map[string]any {
	return map[string]any{
		"tracker_id": id, "class_name": e.class, "frame_count": e.count,
		"first_seen_frame": e.firstFrame, "first_seen_timestamp": e.firstTime, "first_seen_relative": e.firstSinceStart,
		"last_seen_frame": e.lastFrame, "last_seen_timestamp": e.lastTime, "last_seen_relative": e.lastSinceStart,
	}
}

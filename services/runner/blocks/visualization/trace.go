package visualization

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// maxTrace bounds the frames of a trace.
const maxTrace = 1000

// traces has the last places of each object of a video, with their frame numbers.
type traces struct {
	frame  int
	places map[int64][]geometry.Point
	frames map[int64][]int
}

// newTrace makes the block that draws the path of each tracked object in the last frames.
func newTrace(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		c, err := newCanvas(ctx, call)
		if err != nil {
			return engine.None(), err
		}
		if c.detections.TrackerID == nil && c.detections.Len() > 0 {
			return engine.None(), engine.Failf(engine.RuntimeInput, "predictions must come from a tracker: connect this step after a Byte Tracker or another tracker")
		}
		at, err := video.Of(call, "image")
		if err != nil {
			return engine.None(), err
		}
		known := video.State(call, at, func() *traces { return &traces{places: map[int64][]geometry.Point{}, frames: map[int64][]int{}} })
		if err := known.add(c, call, min(max(whole(call, "trace_length", 30), 1), maxTrace)); err != nil {
			return engine.None(), err
		}
		for i, id := range c.detections.TrackerID {
			if ctx.Err() != nil {
				return engine.None(), ctx.Err()
			}
			path := known.places[id]
			for k := 1; k < len(path); k++ {
				a, b := path[k-1], path[k]
				imaging.Line(c.RGBA, math.Trunc(a.X), math.Trunc(a.Y), math.Trunc(b.X), math.Trunc(b.Y), c.color(i), whole(call, "thickness", 1))
			}
		}
		return c.result(), nil
	}), nil
}

// add records the places of a frame and drops those that are too old.
func (t *traces) add(c *canvas, call *engine.Call, length int) error {
	t.frame++
	for i, id := range c.detections.TrackerID {
		p, err := c.at(call, i, "CENTER")
		if err != nil {
			return err
		}
		t.places[id], t.frames[id] = append(t.places[id], p), append(t.frames[id], t.frame)
	}
	for id, frames := range t.frames {
		old := 0
		for old < len(frames) && frames[old] <= t.frame-length {
			old++
		}
		if t.places[id], t.frames[id] = t.places[id][old:], frames[old:]; old == len(frames) {
			delete(t.places, id)
			delete(t.frames, id)
		}
	}
	return nil
}

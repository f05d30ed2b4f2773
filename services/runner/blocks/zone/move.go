package zone

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// place is where an object was, when, and its smoothed velocity in pixels per second.
type place struct{ x, y, seconds, smoothX, smoothY float64 }

// places has the last place of each object.
type places struct{ last map[int64]place }

// move measures the velocity of each object from frame to frame, and smooths it.
func move(_ context.Context, call *engine.Call, at video.Frame, d *value.Detections) (engine.Outputs, error) {
	alpha, err := argument.Number(call, "smoothing_alpha", 0, 1)
	if err != nil {
		return nil, err
	}
	scale, err := argument.Number(call, "pixels_per_meter", 0, math.MaxFloat64)
	if err != nil {
		return nil, err
	}
	if alpha == 0 || scale == 0 {
		return nil, engine.Failf(engine.RuntimeInput, "smoothing_alpha and pixels_per_meter must be above 0")
	}
	known := video.State(call, at, func() *places { return &places{map[int64]place{}} })
	velocity, speed := make([]any, d.Len()), make([]any, d.Len())
	smooth, smoothSpeed := make([]any, d.Len()), make([]any, d.Len())
	for i, box := range d.XYXY {
		x, y := box.Center()
		now, vx, vy := place{x: x, y: y, seconds: at.Seconds}, 0.0, 0.0
		before, seen := known.last[d.TrackerID[i]]
		if took := at.Seconds - before.seconds; seen && took > 0 {
			vx, vy = (x-before.x)/took, (y-before.y)/took
		}
		now.smoothX, now.smoothY = vx, vy
		if seen {
			now.smoothX = alpha*vx + (1-alpha)*before.smoothX
			now.smoothY = alpha*vy + (1-alpha)*before.smoothY
		}
		known.last[d.TrackerID[i]] = now
		velocity[i], speed[i] = []any{vx / scale, vy / scale}, math.Hypot(vx, vy)/scale
		smooth[i], smoothSpeed[i] = []any{now.smoothX / scale, now.smoothY / scale}, math.Hypot(now.smoothX, now.smoothY)/scale
	}
	out := d.Copy()
	out.Data["velocity"], out.Data["speed"] = velocity, speed
	out.Data["smoothed_velocity"], out.Data["smoothed_speed"] = smooth, smoothSpeed
	return engine.Outputs{"velocity_detections": out}, nil
}

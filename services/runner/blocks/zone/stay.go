package zone

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const columnTime = "time_in_zone"

// stays has the time at which each object came into the zone.
type stays struct{ since map[int64]float64 }

// stay measures how long objects have been in a zone, or in any of several, in seconds.
func stay(ctx context.Context, call *engine.Call, at video.Frame, d *value.Detections) (engine.Outputs, error) {
	zones, err := argument.Polygons(call, "zone")
	if err != nil {
		return nil, err
	}
	anchor := argument.Text(call, "triggering_anchor")
	known := video.State(call, at, func() *stays { return &stays{map[int64]float64{}} })
	remove, reset := value.Truthy(call.Arg("remove_out_of_zone_detections")), value.Truthy(call.Arg("reset_out_of_zone_detections"))
	rows, times := []int{}, []any{}
	for i := range d.XYXY {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		inside, err := inAny(zones, d, i, anchor)
		if err != nil {
			return nil, err
		}
		id, spent := d.TrackerID[i], 0.0
		if !inside {
			if reset || !remove {
				delete(known.since, id)
			}
			if remove {
				continue
			}
		} else {
			since, ok := known.since[id]
			if !ok {
				since = at.Seconds
				known.since[id] = since
			}
			spent = at.Seconds - since
		}
		rows, times = append(rows, i), append(times, spent)
	}
	timed := d.Select(rows)
	timed.Data[columnTime] = times
	return engine.Outputs{"timed_detections": timed}, nil
}

func inAny(zones [][]geometry.Point, d *value.Detections, i int, anchor string) (bool, error) {
	for _, zone := range zones {
		inside, err := inZone(zone, d, i, anchor)
		if inside || err != nil {
			return inside, err
		}
	}
	return false, nil
}

// inZone reports whether the anchor of a detection is in a zone. The language first cuts
// the box at the right and lower ends of the zone, and counts the zone's edge as inside.
func inZone(zone []geometry.Point, d *value.Detections, i int, anchor string) (bool, error) {
	right, lower := 0.0, 0.0
	whole := make([]geometry.Point, len(zone))
	for k, p := range zone {
		whole[k] = geometry.Point{X: math.Trunc(p.X), Y: math.Trunc(p.Y)}
		right, lower = max(right, p.X), max(lower, p.Y)
	}
	box := d.XYXY[i]
	cut := value.Box{
		min(max(box[0], 0), right+1), min(max(box[1], 0), lower+1),
		min(max(box[2], 0), right+1), min(max(box[3], 0), lower+1),
	}
	p, err := anchorOf(d, i, cut, anchor)
	if err != nil {
		return false, err
	}
	return geometry.Inside(whole, geometry.Point{X: math.Ceil(p.X), Y: math.Ceil(p.Y)}), nil
}

// anchorOf returns a point of a detection.
func anchorOf(d *value.Detections, i int, box value.Box, anchor string) (geometry.Point, error) {
	if anchor == "CENTER_OF_MASS" {
		if d.Masks == nil {
			return geometry.Point{}, engine.Failf(engine.RuntimeInput, "triggering_anchor is CENTER_OF_MASS and the detections have no masks")
		}
		return geometry.Mass(d.Masks[i], box), nil
	}
	p, ok := geometry.Anchor(box, anchor)
	if !ok {
		return p, engine.Failf(engine.RuntimeInput, "triggering_anchor %.60q is not known", anchor)
	}
	return p, nil
}

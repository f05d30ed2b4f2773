package argument

import (
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// NumberOr is like [Number], but returns a default for null.
func NumberOr(call *engine.Call, field string, otherwise, low, high float64) (float64, error) {
	if call.Arg(field) == nil {
		return otherwise, nil
	}
	return Number(call, field, low, high)
}

// WholeOr is like [Whole], but returns a default for null.
func WholeOr(call *engine.Call, field string, otherwise, low, high int) (int, error) {
	if call.Arg(field) == nil {
		return otherwise, nil
	}
	return Whole(call, field, low, high)
}

// Tracked returns a field that must be detections with tracker IDs. Detections without rows
// do not need IDs.
func Tracked(call *engine.Call, field string) (*value.Detections, error) {
	d, err := Detections(call, field)
	if err == nil && d.TrackerID == nil && d.Len() > 0 {
		err = engine.Failf(engine.RuntimeInput, "%s must come from a tracker: connect this step after a Byte Tracker or another tracker", field)
	}
	return d, err
}

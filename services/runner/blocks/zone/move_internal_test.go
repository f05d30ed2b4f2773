package zone

import (
	"math"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// 3 and 4 pixels in a tenth of a second are 50 pixels in a second, or 5 metres; after that
// the object stands. Smoothed by a half it is 2.5 and 1.25 metres in a second.
func TestVelocity(t *testing.T) {
	t.Parallel()
	call := blocktest.Call(&engine.Env{}, &engine.Step{}, map[string]any{"smoothing_alpha": 0.5, "pixels_per_meter": 10.0})
	for i, want := range []struct{ x, y, vx, vy, speed, smooth float64 }{{10, 10, 0, 0, 0, 0}, {13, 14, 3, 4, 5, 2.5}, {13, 14, 0, 0, 0, 1.25}} {
		d := &value.Detections{XYXY: []value.Box{{want.x - 5, want.y - 5, want.x + 5, want.y + 5}}, TrackerID: []int64{7}}
		out, err := move(t.Context(), call, video.Frame{Seconds: float64(i) / 10}, d)
		if err != nil {
			t.Fatal(err)
		}
		got := out["velocity_detections"].(*value.Detections)
		velocity := got.At("velocity", 0).([]any)
		for name, c := range map[string][2]float64{
			"x": {velocity[0].(float64), want.vx}, "y": {velocity[1].(float64), want.vy},
			"speed": {got.At("speed", 0).(float64), want.speed}, "smoothed": {got.At("smoothed_speed", 0).(float64), want.smooth},
		} {
			if math.Abs(c[0]-c[1]) > 1e-9 {
				t.Errorf("frame %d: %s is %v, want %v", i, name, c[0], c[1])
			}
		}
	}
}

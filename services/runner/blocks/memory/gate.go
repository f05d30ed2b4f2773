package memory

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// last has the value of the last frame that differed.
type last struct{ value any }

// changed lets the next steps run when a value differs from the value of the frame before.
// Null at the beginning is not a change.
func changed(_ context.Context, call *engine.Call) (engine.Result, error) {
	at, err := video.Of(call, "image")
	if err != nil {
		return engine.None(), err
	}
	known, now := video.State(call, at, func() *last { return &last{} }), call.Arg("value")
	if value.Equal(known.value, now) {
		return engine.Stop(), nil
	}
	known.value = now
	return next(call), nil
}

func next(call *engine.Call) engine.Result {
	list, _ := call.Step.Fields["next_steps"].([]any)
	var targets []string
	for _, v := range list {
		if target, ok := v.(string); ok {
			targets = append(targets, target)
		}
	}
	if len(targets) == 0 {
		return engine.Stop()
	}
	return engine.Next(targets...)
}

// passed is when a step last let its next steps run, in seconds.
type passed struct {
	ever bool
	at   float64
}

// limit lets the next steps run at most once per interval, by the time of the video if there
// is one, or else by the clock.
func limit(_ context.Context, call *engine.Call) (engine.Result, error) {
	const most = 1e9
	cooldown, err := argument.Number(call, "cooldown_seconds", 0, most)
	if err != nil {
		return engine.None(), err
	}
	now := float64(call.Now().UnixMicro()) / 1e6
	if call.Arg("video_reference_image") != nil {
		at, err := video.Of(call, "video_reference_image")
		if err != nil {
			return engine.None(), err
		}
		now = float64(at.Number) / at.FPS
	}
	known := call.State("passed", func() any { return &passed{} }).(*passed)
	if known.ever && now-known.at < cooldown {
		return engine.Stop(), nil
	}
	*known = passed{true, now}
	return next(call), nil
}

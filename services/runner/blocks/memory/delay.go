package memory

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxDelay bounds the frames that are kept.
const maxDelay = 256

// delayed has the values of the last frames of a video, by frame number.
type delayed struct {
	values map[int64]any
	order  []int64
	widest int64
}

// delay returns the value that an earlier frame of the video had.
func delay(_ context.Context, call *engine.Call) (engine.Result, error) {
	offset, err := argument.Whole(call, "offset", -maxDelay, 0)
	if err != nil {
		return engine.None(), err
	}
	at, err := video.Of(call, "image")
	if err != nil {
		return engine.None(), err
	}
	known := video.State(call, at, func() *delayed { return &delayed{values: map[int64]any{}} })
	known.put(at.Number, call.Arg("data"), int64(-offset))
	v, ok := known.values[at.Number+int64(offset)]
	if !ok {
		v = call.Arg("default_value")
	}
	return engine.One(engine.Outputs{"output": v, "is_available": ok, "reference_frame_number": at.Number}), nil
}

// put keeps a value. If a frame is earlier than the last one, the video starts again.
func (d *delayed) put(number int64, v any, back int64) {
	if n := len(d.order); n > 0 && number < d.order[n-1] {
		*d = delayed{values: map[int64]any{}}
	}
	d.widest = max(d.widest, back)
	if _, ok := d.values[number]; !ok {
		d.order = append(d.order, number)
	}
	d.values[number] = v
	for d.order[0] < number-d.widest {
		delete(d.values, d.order[0])
		d.order = d.order[1:]
	}
}

// maxBuffer bounds the values of a buffer.
const maxBuffer = 10_000

// collect returns the last values, the newest first.
func collect(_ context.Context, call *engine.Call) (engine.Result, error) {
	length, err := argument.Whole(call, "length", 1, maxBuffer)
	if err != nil {
		return engine.None(), err
	}
	kept := call.State("values", func() any { return new([]any) }).(*[]any)
	if *kept = append(*kept, call.Arg("data")); len(*kept) > length {
		*kept = (*kept)[len(*kept)-length:]
	}
	out := make([]any, 0, len(*kept))
	for i := len(*kept) - 1; i >= 0; i-- {
		out = append(out, (*kept)[i])
	}
	if value.Truthy(call.Arg("pad")) {
		out = append(out, make([]any, length-len(out))...)
	}
	return engine.One(engine.Outputs{"output": out}), nil
}

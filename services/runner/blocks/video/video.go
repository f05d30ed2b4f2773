// Package video assigns the pictures of a run to videos, and keeps the memory of a step for
// each video. Pictures without metadata are the frames of one video, in the order of the
// batch.
package video

import (
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// defaultFPS is the frame rate of a video that does not state one.
const defaultFPS = 30

// Frame is the place of a picture in its video.
type Frame struct {
	// Video is the ID of the video, "" for pictures without metadata.
	Video  string
	Number int64
	// Seconds is the time of the frame. Its origin is arbitrary.
	Seconds float64
	FPS     float64
}

// Of returns the place of the picture, or of the video metadata, in a field. A step asks
// once in each call, because a picture without metadata is one frame later than the last.
func Of(call *engine.Call, field string) (Frame, error) {
	metadata, ok := call.Arg(field).(*value.VideoMetadata)
	if picture, isPicture := call.Arg(field).(*value.Image); isPicture {
		metadata, ok = picture.Video(), true
	}
	if !ok {
		return Frame{}, engine.Failf(engine.QueryInput, "%s must be a picture or video metadata", field)
	}
	return at(call, metadata), nil
}

func at(call *engine.Call, metadata *value.VideoMetadata) Frame {
	if metadata == nil {
		count := call.State("video.frames", func() any { return new(int64) }).(*int64)
		*count++
		n := *count - 1
		return Frame{Number: n, Seconds: float64(n) / defaultFPS, FPS: defaultFPS}
	}
	f := Frame{Video: "video " + metadata.VideoID, Number: metadata.FrameNumber, FPS: metadata.FPS}
	if !(f.FPS > 0) {
		f.FPS = defaultFPS
	}
	f.Seconds = float64(metadata.Timestamp.UnixMicro()) / 1e6
	if metadata.FromFile != nil && *metadata.FromFile && metadata.FPS > 0 {
		f.Seconds = float64(f.Number) / f.FPS
	}
	return f
}

// State returns the memory of a step for a frame's video. The first call makes it.
func State[T any](call *engine.Call, f Frame, initial func() *T) *T {
	return call.State("video.state "+f.Video, func() any { return initial() }).(*T)
}

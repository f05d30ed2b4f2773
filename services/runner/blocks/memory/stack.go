package memory

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

// Limits of a stack. Frames are kept as JPEG, and their bytes are bounded too, because a
// batch may have many videos.
const (
	maxFrames    = 64
	maxSide      = 4096
	maxStack     = 64 << 20
	frameQuality = 90
)

// frames are the last frames of a video as JPEG, the oldest first.
type frames struct {
	kept  []any
	bytes int
}

// stack keeps the last frames of a video, shrunk to fit a resolution.
func stack(ctx context.Context, call *engine.Call) (engine.Result, error) {
	size, err := argument.Whole(call, "stack_size", 1, maxFrames)
	if err != nil {
		return engine.None(), err
	}
	jpeg, err := fittedJPEG(ctx, call)
	if err != nil {
		return engine.None(), err
	}
	at, err := video.Of(call, "image")
	if err != nil {
		return engine.None(), err
	}
	known := video.State(call, at, func() *frames { return &frames{} })
	if clear, _ := call.Arg("clear").(bool); clear {
		*known = frames{}
	}
	known.push(jpeg, size)
	out := append([]any(nil), known.kept...)
	return engine.One(engine.Outputs{"frames": out, "frames_count": int64(len(out))}), nil
}

// push adds a frame, and drops the oldest ones beyond the size of the stack or its bytes.
func (f *frames) push(jpeg []byte, size int) {
	f.kept = append(f.kept, jpeg)
	f.bytes += len(jpeg)
	for len(f.kept) > size || len(f.kept) > 1 && f.bytes > maxStack {
		f.bytes -= len(f.kept[0].([]byte))
		f.kept = append([]any(nil), f.kept[1:]...)
	}
}

// fittedJPEG encodes the picture, and shrinks it if it exceeds the resolution. It keeps the
// proportions.
func fittedJPEG(ctx context.Context, call *engine.Call) ([]byte, error) {
	picture, err := argument.Picture(call, "image")
	if err != nil {
		return nil, err
	}
	width, err := argument.Whole(call, "resolution_width", 1, maxSide)
	if err != nil {
		return nil, err
	}
	height, err := argument.Whole(call, "resolution_height", 1, maxSide)
	if err != nil {
		return nil, err
	}
	to := fitted(picture.Width(), picture.Height(), width, height)
	if to.X != picture.Width() || to.Y != picture.Height() {
		pixels, err := picture.Pixels(ctx)
		if err != nil {
			return nil, err
		}
		picture = picture.WithPixels(raster.Each(pixels, func(p raster.Plane) raster.Plane { return raster.Resize(p, to.X, to.Y) }))
	}
	return picture.JPEG(ctx, call.Codec, frameQuality)
}

// fitted returns the largest size with the proportions of w by h that fits, at most w by h.
func fitted(w, h, maxW, maxH int) image.Point {
	if w <= maxW && h <= maxH {
		return image.Pt(w, h)
	}
	if w*maxH > h*maxW {
		return image.Pt(maxW, max(1, h*maxW/w))
	}
	return image.Pt(max(1, w*maxH/h), maxH)
}

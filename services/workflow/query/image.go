package query

import (
	"encoding/base64"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func imageOperation(f *fields) operation {
	switch f.kind {
	case "ExtractImageProperty":
		property := f.oneOf("property_name", "size", "height", "width", "aspect_ratio")
		return onImage(f.kind, func(_ *run, i *value.Image) (any, error) { return imageProperty(i, property), nil })
	case "ExtractFrameMetadata":
		return frameMetadata(f.kind, f.oneOf("property_name", "frame_number", "frame_timestamp", "seconds_since_start"))
	case "ConvertImageToJPEG":
		quality := int(f.whole("compression_level", value.DefaultQuality))
		if quality < 1 || quality > 100 {
			f.bad("compression_level", "must lie between 1 and 100")
		}
		return onImage(f.kind, func(r *run, i *value.Image) (any, error) { return result(r.jpeg(f.kind, i, quality)) })
	case "ConvertImageToBase64":
		return onImage(f.kind, func(r *run, i *value.Image) (any, error) {
			encoded, err := r.jpeg(f.kind, i, value.DefaultQuality)
			if err != nil {
				return nil, err
			}
			return base64.StdEncoding.EncodeToString(encoded), nil
		})
	}
	return nil
}

func onImage(kind string, do func(*run, *value.Image) (any, error)) operation {
	return func(r *run, in any) (any, error) {
		image, ok := in.(*value.Image)
		if !ok {
			return nil, wrongType(kind, "a picture", in)
		}
		return do(r, image)
	}
}

func imageProperty(i *value.Image, property string) any {
	switch property {
	case "height":
		return int64(i.Height())
	case "width":
		return int64(i.Width())
	case "size":
		return int64(i.Height()) * int64(i.Width())
	}
	return float64(i.Width()) / float64(i.Height())
}

func frameMetadata(kind, property string) operation {
	return func(r *run, in any) (any, error) {
		video, ok := in.(*value.VideoMetadata)
		if image, isImage := in.(*value.Image); isImage {
			video, ok = image.VideoOr(r.now()), true
		}
		if !ok {
			return nil, wrongType(kind, "a picture or video metadata", in)
		}
		switch property {
		case "frame_number":
			return video.FrameNumber, nil
		case "frame_timestamp":
			return video.Timestamp, nil
		}
		if video.FPS == 0 {
			return nil, fail(classInput, "%s: the frame rate of the video is not known", kind)
		}
		return float64(video.FrameNumber-1) / video.FPS, nil
	}
}

func (r *run) now() time.Time {
	if r.scope.Now == nil {
		return time.Now()
	}
	return r.scope.Now()
}

func (r *run) jpeg(kind string, i *value.Image, quality int) ([]byte, error) {
	if r.scope.Codec == nil {
		return nil, fail(classOperation, "%s: pictures cannot be encoded here", kind)
	}
	// Encoding costs time in proportion to the pixels, and a chain may do it for every
	// element of a list.
	if err := r.spend(i.Width() * i.Height() / 256); err != nil {
		return nil, err
	}
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	return i.JPEG(r.ctx, r.scope.Codec, quality)
}

package imaging

import (
	"image"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Limits bound external pictures. A zero field means its default.
type Limits struct {
	// Bytes bounds the encoded picture; 0 means 32 MiB.
	Bytes int
	// Pixels bounds the decoded picture; 0 means 64 million.
	Pixels int
	// Side bounds width and height; 0 means 16384.
	Side int
	// Memory bounds all concurrent decoding; 0 means 1 GiB. One workspace gets at most half
	// of it. A picture that needs more than that is refused.
	Memory int64
}

func (l Limits) withDefaults() Limits {
	if l.Bytes == 0 {
		l.Bytes = 32 << 20
	}
	if l.Pixels == 0 {
		l.Pixels = 64_000_000
	}
	if l.Side == 0 {
		l.Side = 16384
	}
	if l.Memory == 0 {
		l.Memory = 1 << 30
	}
	return l
}

// measure reads the header and checks it against the limits.
func (l Limits) measure(data []byte) (format, image.Config, error) {
	if len(data) > l.Bytes {
		return format{}, image.Config{}, tooLarge("the picture has %d bytes; the limit is %d", len(data), l.Bytes)
	}
	f, ok := formatOf(data)
	if !ok {
		return format{}, image.Config{}, invalid("the picture has an unsupported format: send JPEG, PNG, WebP, BMP, TIFF or GIF")
	}
	config, err := f.config(data)
	if err != nil {
		return format{}, image.Config{}, invalid("the %s picture's header cannot be read", f.name).Because(err)
	}
	switch w, h := config.Width, config.Height; {
	case w < 1 || h < 1:
		return format{}, image.Config{}, invalid("the picture is %d by %d pixels", w, h)
	case w > l.Side || h > l.Side:
		return format{}, image.Config{}, tooLarge("the picture is %d by %d pixels; no side may be longer than %d", w, h, l.Side)
	case w*h > l.Pixels:
		return format{}, image.Config{}, tooLarge("the picture is %d by %d pixels; the limit is %d million pixels", w, h, l.Pixels/1_000_000)
	}
	return f, config, nil
}

func invalid(format string, args ...any) *errs.Error {
	return errs.InvalidArgument(format, args...).WithReason(errorsv1.Reason_REASON_IMAGE_INVALID)
}

func tooLarge(format string, args ...any) *errs.Error {
	return errs.InvalidArgument(format, args...).WithReason(errorsv1.Reason_REASON_IMAGE_TOO_LARGE)
}

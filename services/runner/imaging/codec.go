package imaging

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/picture"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Codec decodes and encodes pictures within limits. All runs share one, because it bounds
// the memory of all decoding together.
type Codec struct {
	limits Limits
	memory *fair.Pool
}

var _ value.Codec = (*Codec)(nil)

// NewCodec returns a codec with its own budget of memory.
func NewCodec(limits Limits) *Codec {
	limits = limits.withDefaults()
	return &Codec{limits: limits, memory: fair.New(fair.Limits{What: "pictures", Capacity: limits.Memory, WholeTenant: true})}
}

// Size returns the size of the picture, after orientation, in pixels. It reads the header
// alone.
func (c *Codec) Size(encoded []byte) (width, height int, err error) {
	_, config, err := c.limits.measure(encoded)
	if picture.OrientationOf(encoded).Sideways() {
		return config.Height, config.Width, err
	}
	return config.Width, config.Height, err
}

// Publish returns the encoded picture without metadata. It returns nil if the picture must
// be rotated or its structure cannot be followed; the caller then encodes the decoded
// picture.
func (c *Codec) Publish(encoded []byte) []byte {
	if picture.OrientationOf(encoded) != picture.Upright {
		return nil
	}
	clean, err := picture.Strip(encoded)
	if err != nil {
		return nil
	}
	return clean
}

// Decode waits for memory, decodes the picture and applies its orientation.
func (c *Codec) Decode(ctx context.Context, encoded []byte) (image.Image, error) {
	f, config, err := c.limits.measure(encoded)
	if err != nil {
		return nil, err
	}
	orientation := picture.OrientationOf(encoded)
	cost := f.cost(encoded, config)
	if orientation != picture.Upright {
		cost *= 2 // the rotated picture is a copy
	}
	if cost > c.memory.Most() {
		return nil, tooLarge("the picture of %d by %d pixels takes more memory to decode than is allowed", config.Width, config.Height)
	}
	room, err := c.memory.Acquire(ctx, cost, fair.From(ctx))
	if err != nil {
		return nil, err
	}
	defer room.Release()
	pixels, err := f.decodeSafely(encoded)
	if err != nil {
		return nil, invalid("the %s picture is damaged", f.name).Because(err)
	}
	if size := pixels.Bounds().Size(); size.X != config.Width || size.Y != config.Height {
		return nil, invalid("the size of the %s picture differs from its header", f.name)
	}
	return orientation.Upright(simple(pixels)), nil
}

// EncodeJPEG encodes a JPEG with a quality from 1 to 100.
func (c *Codec) EncodeJPEG(ctx context.Context, pixels image.Image, quality int) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	size := pixels.Bounds().Size()
	if size.X > 65535 || size.Y > 65535 {
		return nil, tooLarge("a picture of %d by %d pixels cannot be written as JPEG", size.X, size.Y)
	}
	var out bytes.Buffer
	out.Grow(size.X * size.Y / 4)
	if err := jpeg.Encode(&out, pixels, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

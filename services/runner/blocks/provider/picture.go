package provider

import (
	"context"
	"encoding/base64"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// jpegOf encodes a picture for a provider, in base64. It is always a new JPEG: every
// provider reads JPEG, and the original file may hold private metadata such as the place
// where it was taken.
func jpegOf(ctx context.Context, call *engine.Call, picture *value.Image) (string, error) {
	encoded, err := picture.JPEG(ctx, call.Codec, value.DefaultQuality)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(encoded), nil
}

// shrink is the factor of a picture's side that is still too large for the provider.
const shrink = 0.9

// jpegWithin encodes a picture whose longer side has at most side pixels and whose base64
// has at most limit bytes. It makes the picture smaller until it fits. 0 means no bound.
func jpegWithin(ctx context.Context, call *engine.Call, picture *value.Image, side, limit int) (string, error) {
	longer := max(picture.Width(), picture.Height())
	if side == 0 || side > longer {
		side = longer
	}
	for {
		smaller, err := scaled(ctx, picture, side)
		if err != nil {
			return "", err
		}
		encoded, err := jpegOf(ctx, call, smaller)
		if err != nil || limit == 0 || len(encoded) <= limit || side == 1 {
			return encoded, err
		}
		side = max(1, int(float64(side)*shrink))
	}
}

// scaled returns the picture with its longer side reduced to side pixels.
func scaled(ctx context.Context, picture *value.Image, side int) (*value.Image, error) {
	width, height := picture.Width(), picture.Height()
	longer := max(width, height)
	if longer <= side {
		return picture, nil
	}
	pixels, err := picture.Pixels(ctx)
	if err != nil {
		return nil, err
	}
	width, height = max(1, width*side/longer), max(1, height*side/longer)
	return picture.WithPixels(raster.Each(pixels, func(p raster.Plane) raster.Plane { return raster.Resize(p, width, height) })), nil
}

// maxPictures bounds the pictures of one question together, in bytes of base64. A definition may
// name one picture thousands of times, and the egress takes no larger request.
const maxPictures = 48 << 20

// album has the pictures of a question, in base64.
type album struct {
	pictures []string
	size     int
}

// take adds the pictures of a prompt parameter: a picture, encoded bytes, or a list that
// contains some. It reports whether the parameter has any.
func (a *album) take(ctx context.Context, call *engine.Call, v any) (found bool, err error) {
	switch v := v.(type) {
	case *value.Image:
		encoded, err := jpegOf(ctx, call, v)
		if err != nil {
			return false, err
		}
		return true, a.add(encoded)
	case []byte:
		return true, a.add(base64.StdEncoding.EncodeToString(v))
	case []any:
		for _, item := range v {
			if _, nested := item.([]any); nested {
				continue
			}
			one, err := a.take(ctx, call, item)
			if err != nil {
				return false, err
			}
			found = found || one
		}
	}
	return found, nil
}

func (a *album) add(encoded string) error {
	if a.size += len(encoded); a.size > maxPictures {
		return engine.Failf(engine.LimitsCaused, "the pictures of the prompt are larger than %d MiB together; send fewer or smaller ones", maxPictures>>20)
	}
	a.pictures = append(a.pictures, encoded)
	return nil
}

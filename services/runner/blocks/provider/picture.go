package provider

import (
	"context"
	"encoding/base64"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// dataURI is a picture as a provider takes it: always JPEG, because that is what
// all of them read, and because what came may hold more than pixels (the place
// where it was taken, say), which is nobody's business but its sender's.
func dataURI(ctx context.Context, call *engine.Call, picture *value.Image) (string, error) {
	encoded, err := picture.JPEG(ctx, call.Codec, value.DefaultQuality)
	if err != nil {
		return "", err
	}
	return jpegURI(encoded), nil
}

func jpegURI(encoded []byte) string {
	return "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(encoded)
}

// picturesOf collects the pictures of a prompt parameter: a picture, encoded
// bytes, or a list that has some. None means that it is not one.
func picturesOf(ctx context.Context, call *engine.Call, v any) ([]string, error) {
	switch v := v.(type) {
	case *value.Image:
		uri, err := dataURI(ctx, call, v)
		if err != nil {
			return nil, err
		}
		return []string{uri}, nil
	case []byte:
		return []string{jpegURI(v)}, nil
	case []any:
		var all []string
		for _, item := range v {
			if _, nested := item.([]any); nested {
				continue
			}
			some, err := picturesOf(ctx, call, item)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	}
	return nil, nil
}

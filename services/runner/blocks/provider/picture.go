package provider

import (
	"context"
	"encoding/base64"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// dataURI encodes a picture for a provider. It is always a new JPEG: every provider reads
// JPEG, and the original file may hold private metadata such as the place where it was
// taken.
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

// picturesOf collects the pictures of a prompt parameter: a picture, encoded bytes, or a
// list that contains some. It returns none if the parameter has no picture.
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

package value

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"time"
)

// Read converts a value to the first kind that it fits. Kinds without a form accept
// anything. id names the value in the lineage of detections on it. Values that are already
// internal are returned unchanged.
func (r Reader) Read(ctx context.Context, v any, kinds []string, id string) (any, error) {
	v = Normal(v)
	var refused error
	open := len(kinds) == 0
	for _, kind := range kinds {
		read, err := r.as(ctx, v, kind, id)
		if errors.Is(err, errNoForm) {
			open = true
			continue
		}
		if err == nil {
			return read, nil
		}
		if refused == nil {
			refused = err
		}
	}
	if open {
		return v, nil
	}
	return nil, refused
}

func (r Reader) as(ctx context.Context, v any, kind, id string) (any, error) {
	switch kind {
	case "image":
		return r.image(ctx, v, id)
	case "video_metadata":
		return r.video(v)
	case "timestamp":
		return readTime(v)
	case "bytes":
		return readBytes(v)
	case "classification_prediction":
		return r.classification(v, id)
	}
	if strings.HasSuffix(kind, "_detection") && kind != "detection" || strings.HasSuffix(kind, "_prediction") {
		return r.detections(v, id)
	}
	return readPlain(v, kind)
}

func (r Reader) image(ctx context.Context, v any, id string) (any, error) {
	switch v := v.(type) {
	case *Image:
		return v, nil
	case string:
		return r.imageText(ctx, v, id)
	case map[string]any:
		return r.imageObject(ctx, v, id)
	}
	return nil, invalid(`must be a picture: an object {"type": "base64" or "url", "value": ...}, base64 text or a URL`)
}

// imageText does not trust the text's own claims: a URL is fetched, and anything else must
// be base64. Paths of this machine are not read.
func (r Reader) imageText(ctx context.Context, text, id string) (*Image, error) {
	if strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") {
		if r.Fetch == nil {
			return nil, invalid("is a URL, and pictures are not fetched here: send the picture itself as base64")
		}
		encoded, err := r.Fetch(ctx, text)
		if err != nil {
			return nil, err
		}
		return DecodeImage(r.Codec, encoded, id)
	}
	text = trimDataURI(text)
	encoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		encoded, err = base64.RawStdEncoding.DecodeString(strings.TrimSpace(text))
	}
	if err != nil {
		return nil, invalid("is neither base64 nor a URL of a picture")
	}
	image, err := DecodeImage(r.Codec, encoded, id)
	if err != nil {
		return nil, err
	}
	image.source.text = text
	return image, nil
}

func trimDataURI(text string) string {
	if strings.HasPrefix(text, "data:") {
		if _, rest, ok := strings.Cut(text, ";base64,"); ok {
			return rest
		}
	}
	return text
}

func (r Reader) imageObject(ctx context.Context, object map[string]any, id string) (*Image, error) {
	if own, ok := object["parent_id"].(string); ok && own != "" {
		id = own
	}
	text, ok := object["value"].(string)
	if !ok {
		return nil, invalid(`needs a "value" with base64 text or a URL`)
	}
	image, err := r.imageText(ctx, text, id)
	if err != nil {
		return nil, err
	}
	if object["video_metadata"] != nil {
		metadata, err := r.video(object["video_metadata"])
		if err != nil {
			return nil, err
		}
		image = image.WithVideo(metadata.(*VideoMetadata))
	}
	return placed(image, object)
}

// placed sets the position that a picture declares.
func placed(image *Image, object map[string]any) (*Image, error) {
	parent, root := image.parent, image.root
	if err := readOrigin(object["parent_origin"], &parent); err != nil {
		return nil, err
	}
	root = parent
	if rootID, ok := object["root_parent_id"].(string); ok {
		root.ID = rootID
	}
	if err := readOrigin(object["root_parent_origin"], &root); err != nil {
		return nil, err
	}
	return image.WithOrigins(parent, root), nil
}

func (r Reader) video(v any) (any, error) {
	if metadata, ok := v.(*VideoMetadata); ok {
		return metadata, nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, invalid("video metadata must be an object")
	}
	out := &VideoMetadata{}
	out.VideoID, ok = object["video_identifier"].(string)
	if !ok {
		return nil, invalid("video metadata needs video_identifier (a string)")
	}
	if out.FrameNumber, ok = Int(object["frame_number"]); !ok {
		return nil, invalid("video metadata needs frame_number (a whole number)")
	}
	at, err := readTime(object["frame_timestamp"])
	if object["frame_timestamp"] == nil && r.Now != nil {
		at, err = r.Now(), nil
	}
	if err != nil {
		return nil, invalid("video metadata needs frame_timestamp (an ISO 8601 time)")
	}
	out.Timestamp = at.(time.Time)
	out.FPS, _ = Float(object["fps"])
	out.MeasuredFPS, _ = Float(object["measured_fps"])
	if fromFile, ok := object["comes_from_video_file"].(bool); ok {
		out.FromFile = &fromFile
	}
	return out, nil
}

func readBytes(v any) (any, error) {
	switch v := v.(type) {
	case []byte:
		return v, nil
	case string:
		if decoded, err := base64.StdEncoding.DecodeString(v); err == nil {
			return decoded, nil
		}
	}
	return nil, invalid("must be bytes in base64")
}

package value

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/big"
	"time"
)

// Serializer converts values to the plain JSON values of results. NaN and infinities become
// null.
type Serializer struct {
	Codec Codec
	// Drawn, if not nil, receives the text of each picture that this program has encoded
	// itself.
	Drawn func(text string)
	// Now stamps pictures that are no frame of a video; nil means time.Now.
	Now func() time.Time
}

// Serialize converts a value whose output has the given kinds. The kinds matter only if the
// value does not decide: a text of kind secret is masked.
func (s Serializer) Serialize(ctx context.Context, v any, kinds []string) (any, error) {
	for _, kind := range kinds {
		if kind == KindSecret {
			return masked(v), nil
		}
		if text, isText := v.(string); isText && kind == KindManagedKey {
			return mask(text), nil
		}
	}
	if d, ok := v.(*Detections); ok && wantsRLE(kinds) {
		return d.rleObject(), nil
	}
	return s.any(ctx, v)
}

// Kinds that decide how a value is encoded.
const (
	KindSecret     = "secret"
	KindManagedKey = "ROBOFLOW_MANAGED_KEY"
	kindRLE        = "rle_instance_segmentation_prediction"
	kindSemantic   = "semantic_segmentation_prediction"
)

func masked(v any) any {
	switch v := Shallow(v).(type) {
	case nil:
		return nil
	case string:
		return mask(v)
	}
	return maskAll
}

func wantsRLE(kinds []string) bool {
	return len(kinds) > 0 && (kinds[0] == kindRLE || kinds[0] == kindSemantic)
}

// rleObject returns the object with the encoded mask instead of the outline.
func (d *Detections) rleObject() map[string]any {
	bare := d.Copy()
	bare.Masks = nil
	out := bare.Object()
	if rows, ok := out["predictions"].([]any); ok && d.Masks != nil {
		for i, row := range rows {
			row.(map[string]any)["rle_mask"] = d.Masks[i].RLE()
		}
	}
	return out
}

func (s Serializer) any(ctx context.Context, v any) (any, error) {
	switch v := Shallow(v).(type) {
	case nil, bool, int64, *big.Int, string:
		return v, nil
	case float64:
		return Finite(v), nil
	case []byte:
		return base64.StdEncoding.EncodeToString(v), nil
	case time.Time:
		return ISO(v), nil
	case *Image:
		return s.image(ctx, v)
	case *Detections:
		return v.Object(), nil
	case *VideoMetadata:
		return v.Object(), nil
	case []any:
		return s.list(ctx, v)
	case map[string]any:
		return s.object(ctx, v)
	default:
		return nil, fmt.Errorf("a value of type %T has no JSON form", v)
	}
}

func (s Serializer) list(ctx context.Context, v []any) (any, error) {
	out := make([]any, len(v))
	for i, item := range v {
		one, err := s.any(ctx, item)
		if err != nil {
			return nil, err
		}
		out[i] = one
	}
	return out, nil
}

func (s Serializer) object(ctx context.Context, v map[string]any) (any, error) {
	out := make(map[string]any, len(v))
	for key, item := range v {
		one, err := s.any(ctx, item)
		if err != nil {
			return nil, err
		}
		out[key] = one
	}
	return out, nil
}

func (s Serializer) image(ctx context.Context, i *Image) (any, error) {
	text, err := i.Base64(ctx, s.Codec)
	if err != nil {
		return nil, err
	}
	if s.Drawn != nil && i.Encoded() == nil {
		s.Drawn(text)
	}
	out := map[string]any{"type": "base64", "value": text, "video_metadata": i.VideoOr(s.now()).Object()}
	if i.IsCrop() {
		out["parent_id"], out["parent_origin"] = i.parent.ID, i.parent.object()
		out["root_parent_id"], out["root_parent_origin"] = i.root.ID, i.root.object()
	}
	return out, nil
}

// now returns the time without a zone, as the reference does.
func (s Serializer) now() time.Time {
	if s.Now == nil {
		return WithoutZone(time.Now())
	}
	return WithoutZone(s.Now())
}

func (o Origin) object() map[string]any {
	return map[string]any{
		"offset_x": int64(o.X), "offset_y": int64(o.Y),
		"width": int64(o.Width), "height": int64(o.Height),
	}
}

// Object returns the metadata in the form of results.
func (v *VideoMetadata) Object() map[string]any {
	out := map[string]any{
		"video_identifier": v.VideoID, "frame_number": v.FrameNumber, "frame_timestamp": ISO(v.Timestamp),
		"fps": nil, "measured_fps": nil, "comes_from_video_file": nil,
	}
	if v.FPS > 0 {
		out["fps"] = v.FPS
	}
	if v.MeasuredFPS > 0 {
		out["measured_fps"] = v.MeasuredFPS
	}
	if v.FromFile != nil {
		out["comes_from_video_file"] = *v.FromFile
	}
	return out
}

const maskAll = "********"

// mask shows the first and last two letters of a text of eight or more.
func mask(text string) string {
	runes := []rune(text)
	if len(runes) < len(maskAll) {
		return maskAll
	}
	return string(runes[:2]) + maskAll + string(runes[len(runes)-2:])
}

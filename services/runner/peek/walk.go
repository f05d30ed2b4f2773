package peek

import (
	"context"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// keyCharacters is the most characters of a key.
const keyCharacters = 200

// quality is the JPEG quality of thumbnails.
const quality = 75

// walk is the traversal of the outputs of one step.
type walk struct {
	codec  value.Codec
	redact func(string) string
	// values is how many more values it may visit; pictures is how many it has shown.
	values, pictures int
	cuts             []*runnerv1.Cut
}

// cut records that a part was left out.
func (w *walk) cut(pointer, unit string, kept, total int) {
	if len(w.cuts) < Cuts {
		w.cuts = append(w.cuts, &runnerv1.Cut{Pointer: pointer, Unit: unit, Kept: int64(kept), Total: int64(total)})
	}
}

// value returns the preview of a value whose output has the given kinds.
func (w *walk) value(ctx context.Context, pointer string, v any, depth int, kinds []string) (any, error) {
	w.values--
	if slices.Contains(kinds, value.KindSecret) || slices.Contains(kinds, value.KindManagedKey) {
		return value.Serializer{}.Serialize(ctx, v, []string{value.KindSecret})
	}
	switch v := value.Shallow(v).(type) {
	case string:
		return w.text(pointer, v), nil
	case []byte:
		return w.binary(pointer, v), nil
	case *value.Image:
		return w.picture(ctx, pointer, v)
	case []any:
		return w.list(ctx, pointer, v, depth)
	case map[string]any:
		return w.object(ctx, pointer, v, depth, nil)
	default: // without pictures in it
		plain, err := value.Serializer{}.Serialize(ctx, v, kinds)
		if object, ok := plain.(map[string]any); ok && err == nil {
			return w.object(ctx, pointer, object, depth, nil)
		}
		return plain, err
	}
}

// margin is how many bytes after the last visible character are also searched. No secret is
// longer.
const margin = 128 << 10

// text removes secrets before it cuts the text, because a part of a secret would not be
// found.
func (w *walk) text(pointer, text string) string {
	if len(text) <= Characters {
		return w.redact(text)
	}
	shown, more := cutText(w.redact(front(text, Characters*utf8.UTFMax+margin)), Characters)
	if more {
		w.cut(pointer, "characters", Characters, utf8.RuneCountInString(text))
	}
	return shown
}

// binary returns the text of bytes in a result, which is base64.
func (w *walk) binary(pointer string, raw []byte) string {
	shown, more := cutText(w.redact(base64.StdEncoding.EncodeToString(raw[:min(len(raw), Characters+margin)])), Characters)
	if more {
		w.cut(pointer, "characters", Characters, base64.StdEncoding.EncodedLen(len(raw)))
	}
	return shown
}

// front returns at most the given number of bytes of a text, in whole characters.
func front(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// cutText returns at most the given number of characters of a text, and whether there are
// more.
func cutText(text string, most int) (string, bool) {
	for at := range text {
		if most == 0 {
			return text[:at], true
		}
		most--
	}
	return text, false
}

func (w *walk) list(ctx context.Context, pointer string, list []any, depth int) (any, error) {
	out := []any{}
	if depth >= Depth {
		w.cut(pointer, "depth", Depth, Depth+1)
		return out, nil
	}
	for i, item := range list {
		if i == Items || w.values <= 0 {
			break
		}
		one, err := w.value(ctx, pointer+"/"+strconv.Itoa(i), item, depth+1, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	if len(out) < len(list) {
		w.cut(pointer, "items", len(out), len(list))
	}
	return out, nil
}

// object leaves out the last keys in alphabetical order. kindsOf may be nil.
func (w *walk) object(ctx context.Context, pointer string, object map[string]any, depth int, kindsOf func(string) []string) (any, error) {
	out := map[string]any{}
	if depth >= Depth {
		w.cut(pointer, "depth", Depth, Depth+1)
		return out, nil
	}
	for i, key := range slices.Sorted(maps.Keys(object)) {
		if i == Keys || w.values <= 0 {
			w.cut(pointer, "keys", i, len(object))
			break
		}
		var kinds []string
		if kindsOf != nil {
			kinds = kindsOf(key)
		}
		name, more := cutText(w.redact(front(key, keyCharacters*utf8.UTFMax+margin)), keyCharacters)
		if more {
			w.cut(pointer+"/"+escaper.Replace(name), "characters", keyCharacters, utf8.RuneCountInString(key))
		}
		one, err := w.value(ctx, pointer+"/"+escaper.Replace(name), object[key], depth+1, kinds)
		if err != nil {
			return nil, err
		}
		out[name] = one
	}
	return out, nil
}

var escaper = strings.NewReplacer("~", "~0", "/", "~1")

// picture returns a thumbnail with the size of the picture.
func (w *walk) picture(ctx context.Context, pointer string, picture *value.Image) (any, error) {
	out := map[string]any{"type": "base64", "value": nil, "width": int64(picture.Width()), "height": int64(picture.Height()), "thumbnail": true}
	if w.pictures == Pictures {
		w.cut(pointer, "pictures", 0, 1)
		return out, nil
	}
	w.pictures++
	ctx, done := value.Reading(ctx)
	defer done()
	pixels, err := picture.Pixels(ctx)
	if err != nil {
		return nil, err
	}
	encoded, err := w.codec.EncodeJPEG(ctx, imaging.Thumbnail(pixels, Longest), quality)
	if err != nil {
		return nil, err
	}
	out["value"] = base64.StdEncoding.EncodeToString(encoded)
	return out, nil
}

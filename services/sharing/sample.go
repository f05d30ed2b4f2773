package sharing

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/keyhole-dev/keyhole/services/kit/picture"
)

// samplePixels bounds the pictures of samples that have to be turned: they are decoded
// here, at 4 bytes a pixel.
const samplePixels = 16_000_000

// cleanPictures makes every picture in a sample's value upright and takes its metadata
// out: the value is published as it is, and cameras write their owner's place into it.
// It changes the value.
func cleanPictures(v *structpb.Value) error {
	switch kind := v.GetKind().(type) {
	case *structpb.Value_StringValue:
		clean, err := cleanPicture(kind.StringValue)
		if err != nil {
			return err
		}
		kind.StringValue = clean
	case *structpb.Value_ListValue:
		for _, item := range kind.ListValue.GetValues() {
			if err := cleanPictures(item); err != nil {
				return err
			}
		}
	case *structpb.Value_StructValue:
		for _, item := range kind.StructValue.GetFields() {
			if err := cleanPictures(item); err != nil {
				return err
			}
		}
	}
	return nil
}

// cleanPicture takes base64, with or without the prefix of a data URI. Any other text is
// returned as it is.
func cleanPicture(text string) (string, error) {
	prefix, encoded, ok := pictureOf(text)
	if !ok {
		return text, nil
	}
	clean, err := picture.Clean(encoded, samplePixels)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return "", invalid("share.samples", "hold a picture of more than %d million pixels that does not lie upright; turn it first", samplePixels/1_000_000)
	case err != nil:
		return "", invalid("share.samples", "hold a damaged picture")
	case len(clean) == len(encoded):
		return text, nil
	}
	return prefix + base64.StdEncoding.EncodeToString(clean), nil
}

// pictureOf decodes base64 that holds a picture whose metadata can be taken out.
func pictureOf(text string) (prefix string, encoded []byte, ok bool) {
	body := text
	if at := strings.Index(text, ";base64,"); at >= 0 && strings.HasPrefix(text, "data:") {
		prefix, body = text[:at+len(";base64,")], text[at+len(";base64,"):]
	}
	encoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(body), "="))
	return prefix, encoded, err == nil && picture.Is(encoded)
}

// onlyPictures reports whether an image input's sample holds no picture in a format that
// nobody here can clean (HEIC, TIFF, ...): its elements are pictures or URLs.
func onlyPictures(v *structpb.Value) bool {
	switch kind := v.GetKind().(type) {
	case *structpb.Value_StringValue:
		_, _, ok := pictureOf(kind.StringValue)
		return ok || strings.HasPrefix(kind.StringValue, "http://") || strings.HasPrefix(kind.StringValue, "https://")
	case *structpb.Value_ListValue:
		return !slices.ContainsFunc(kind.ListValue.GetValues(), func(item *structpb.Value) bool { return !onlyPictures(item) })
	case *structpb.Value_StructValue:
		return onlyPictures(kind.StructValue.GetFields()["value"])
	}
	return false
}

package publish

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/picture"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// MaxSamples bounds the total bytes of the samples of a share. Every view carries them.
const MaxSamples = 1 << 20

// maxPixels bounds pictures that have to be rotated. Decoding takes 4 bytes a pixel.
const maxPixels = 16_000_000

// sampleLimits bound the value of a sample.
var sampleLimits = document.Limits{Bytes: MaxSamples, Depth: 64, Text: MaxSamples, Values: 100_000}

// CleanSample rotates every picture in the value of a sample upright and removes its
// metadata. Visitors get the value as it is.
func CleanSample(value []byte) ([]byte, error) {
	root, faults := document.Parse(value, sampleLimits)
	if len(faults) > 0 {
		return nil, resource.Invalid("share.samples", "hold a value that is not JSON, or too much of it")
	}
	return CleanPictures("share.samples", value, root)
}

// CleanPictures does the same for the pictures in a document. It refuses pictures in other
// formats than JPEG, PNG and WebP, and pictures inside other text. field names the
// document in refusals.
func CleanPictures(field string, raw []byte, root *document.Node) ([]byte, error) {
	c := cleaning{field: field}
	if err := c.visit(root); err != nil || len(c.edits) == 0 {
		return raw, err
	}
	return document.Apply(raw, c.edits)
}

type cleaning struct {
	field string
	edits []document.Edit
}

func (c *cleaning) visit(n *document.Node) error {
	if n.Kind == document.String {
		clean, err := c.text(n.Text)
		if err == nil && clean != n.Text {
			c.edits = append(c.edits, document.ReplaceText(n, clean))
		}
		return err
	}
	for _, item := range n.Items {
		if err := c.visit(item); err != nil {
			return err
		}
	}
	for _, member := range n.Members {
		if leak.IsPicture(member.Key) || leak.HoldsPicture(member.Key) {
			return c.unclean()
		}
		if err := c.visit(member.Value); err != nil {
			return err
		}
	}
	return nil
}

// text cleans a picture in base64, with or without the prefix of a data URI. It returns
// text without a picture unchanged.
func (c *cleaning) text(text string) (string, error) {
	prefix, encoded, ok := pictureOf(text)
	if !ok {
		if leak.IsPicture(text) || leak.HoldsPicture(text) {
			return "", c.unclean()
		}
		return text, nil
	}
	clean, err := picture.Clean(encoded, maxPixels)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return "", resource.Invalid(c.field, "hold a rotated picture of more than %d million pixels; turn it upright first", maxPixels/1_000_000)
	case err != nil:
		return "", resource.Invalid(c.field, "hold a damaged picture")
	case len(clean) == len(encoded) && (leak.IsPicture(text) || len(text) < len("data:")+100):
		return text, nil
	}
	return prefix + base64.StdEncoding.EncodeToString(clean), nil
}

func (c *cleaning) unclean() error {
	return resource.Invalid(c.field, "hold a picture whose metadata cannot be removed; a picture must be a JPEG, PNG or WebP in base64, without other text")
}

// pictureOf decodes a picture that can be cleaned from base64 in either alphabet, with or
// without line breaks and the prefix of a data URI.
func pictureOf(text string) (prefix string, encoded []byte, ok bool) {
	body := text
	if head, rest, found := strings.Cut(text, ","); found && isBase64URI(head) {
		prefix, body = text[:len(head)+1], rest
	}
	encoded, err := base64.RawStdEncoding.DecodeString(strings.Map(plainBase64, body))
	return prefix, encoded, err == nil && picture.Is(encoded)
}

func isBase64URI(head string) bool {
	head = strings.ToLower(strings.TrimSpace(head))
	return strings.HasPrefix(head, "data:") && strings.HasSuffix(head, ";base64")
}

// plainBase64 maps the URL alphabet to the standard one and drops padding and spaces.
func plainBase64(r rune) rune {
	switch {
	case r == '-':
		return '+'
	case r == '_':
		return '/'
	case r == '=' || r == '\ufeff' || r == '\u200b' || unicode.IsSpace(r):
		return -1
	}
	return r
}

// OnlyPictures reports whether the elements of an image input's sample are URLs and
// pictures that can be cleaned. HEIC or TIFF pictures cannot.
func OnlyPictures(value []byte) bool {
	root, _ := document.Parse(value, sampleLimits)
	return root != nil && allPictures(root)
}

func allPictures(n *document.Node) bool {
	switch n.Kind {
	case document.String:
		_, _, ok := pictureOf(n.Text)
		return ok || strings.HasPrefix(n.Text, "http://") || strings.HasPrefix(n.Text, "https://")
	case document.Array:
		return !slices.ContainsFunc(n.Items, func(item *document.Node) bool { return !allPictures(item) })
	case document.Object:
		inner := n.Get("value")
		return inner != nil && allPictures(inner)
	}
	return false
}

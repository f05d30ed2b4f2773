package sharing

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/picture"
	"github.com/keyhole-dev/keyhole/services/sharing/resource"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// samplePixels bounds the pictures of samples that have to be turned: they are decoded
// here, at 4 bytes a pixel.
const samplePixels = 16_000_000

// sampleLimits bound a sample's value.
var sampleLimits = document.Limits{Bytes: maxSamples, Depth: 64, Text: maxSamples, Values: 100_000}

// cleanSample makes every picture in a sample's value upright and takes its metadata
// out: the value is published as it is, and cameras write their owner's place into it.
func cleanSample(value []byte) ([]byte, error) {
	root, faults := document.Parse(value, sampleLimits)
	if len(faults) > 0 {
		return nil, resource.Invalid("share.samples", "hold a value that is not JSON, or too much of it")
	}
	return cleanPictures("share.samples", value, root)
}

// cleanPictures does the same for the pictures of a document, which is shown as it is too.
// It refuses pictures that nobody here can clean: in other formats, or in other text.
func cleanPictures(field string, raw []byte, root *document.Node) ([]byte, error) {
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

// text takes base64, with or without the prefix of a data URI. Other text without a
// picture is returned as it is.
func (c *cleaning) text(text string) (string, error) {
	prefix, encoded, ok := pictureOf(text)
	if !ok {
		if leak.IsPicture(text) || leak.HoldsPicture(text) {
			return "", c.unclean()
		}
		return text, nil
	}
	clean, err := picture.Clean(encoded, samplePixels)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return "", resource.Invalid(c.field, "hold a picture of more than %d million pixels that does not lie upright; turn it first", samplePixels/1_000_000)
	case err != nil:
		return "", resource.Invalid(c.field, "hold a damaged picture")
	case len(clean) == len(encoded) && (leak.IsPicture(text) || len(text) < len("data:")+100):
		return text, nil
	}
	return prefix + base64.StdEncoding.EncodeToString(clean), nil
}

func (c *cleaning) unclean() error {
	return resource.Invalid(c.field, "hold a picture whose metadata cannot be taken out; a picture must be a JPEG, PNG or WebP picture in base64, alone in its text")
}

// pictureOf decodes base64 that holds a picture whose metadata can be taken out, in
// either alphabet, however it is broken into lines, with or without a data URI's prefix.
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

// plainBase64 maps the URL's alphabet to the usual one and leaves out what is not read.
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

// onlyPictures reports whether an image input's sample holds no picture in a format that
// nobody here can clean (HEIC, TIFF, ...): its elements are pictures or URLs.
func onlyPictures(value []byte) bool {
	root, _ := document.Parse(value, sampleLimits)
	return root != nil && pictures(root)
}

func pictures(n *document.Node) bool {
	switch n.Kind {
	case document.String:
		_, _, ok := pictureOf(n.Text)
		return ok || strings.HasPrefix(n.Text, "http://") || strings.HasPrefix(n.Text, "https://")
	case document.Array:
		return !slices.ContainsFunc(n.Items, func(item *document.Node) bool { return !pictures(item) })
	case document.Object:
		inner := n.Get("value")
		return inner != nil && pictures(inner)
	}
	return false
}

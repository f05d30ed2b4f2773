package leak

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode"
)

// minPicture is the least length of a picture in base64. Shorter text can be checked by
// eye.
const minPicture = 64

// IsPicture reports whether a text is only a picture in base64, with or without a data URI
// prefix. Its content is not text; its publisher removes the metadata.
func IsPicture(text string) bool {
	if head, body, ok := strings.Cut(text, ","); ok && len(head) < 60 && isDataURI(head) {
		text = body
	}
	if len(text) < minPicture {
		return false
	}
	for i := range len(text) {
		if !base64Byte[text[i]] {
			return false
		}
	}
	raw, _ := base64.RawStdEncoding.DecodeString(strings.Map(standardBase64, text[:minPicture]))
	return isPictureFile(raw)
}

// pictureMark stands for a picture inside of a text.
const pictureMark = "data:image/*;"

func isDataURI(head string) bool {
	head = strings.ToLower(strings.TrimSpace(head))
	return strings.HasPrefix(head, "data:") && strings.HasSuffix(head, ";base64")
}

// isPictureFile recognises picture files with metadata by their first bytes.
func isPictureFile(b []byte) bool {
	for _, magic := range []string{"\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF87a", "GIF89a", "II*\x00", "MM\x00*", "\x00\x00\x00\x0cJXL ", "\x00\x00\x00\x0cjP  ", "8BPS\x00"} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return len(b) >= 12 && (string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP" || // WebP
		string(b[4:8]) == "ftyp" || // HEIC, AVIF and films
		string(b[:2]) == "BM" && string(b[6:10]) == "\x00\x00\x00\x00") // BMP
}

// base64Byte has the characters of base64 in either alphabet, and white space.
var base64Byte = func() (in [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_= \t\r\n") {
		in[c] = true
	}
	return in
}()

// standardBase64 maps the URL alphabet to the standard one, and drops other characters.
func standardBase64(r rune) rune {
	switch {
	case r == '-':
		return '+'
	case r == '_':
		return '/'
	case r == '=' || unicode.IsSpace(r):
		return -1
	}
	return r
}

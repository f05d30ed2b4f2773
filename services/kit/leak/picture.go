package leak

import (
	"encoding/base64"
	"strings"
)

// magics begin files of pictures.
var magics = []string{"\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF8", "RIFF"}

// minPicture is the least length of a picture in base64: less can be read by eye.
const minPicture = 64

// IsPicture reports a text that is a picture in base64 and nothing else. What is in it is
// not text that anybody reads; its metadata is another's affair.
func IsPicture(text string) bool {
	if head, body, ok := strings.Cut(text, ";base64,"); ok && strings.HasPrefix(head, "data:image/") && len(head) < 40 {
		text = body
	}
	if len(text) < minPicture || strings.Trim(text, base64Alphabet) != "" {
		return false
	}
	head, err := base64.RawStdEncoding.DecodeString(text[:32])
	if err != nil {
		return false
	}
	for _, magic := range magics {
		if strings.HasPrefix(string(head), magic) {
			return true
		}
	}
	return false
}

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"
